using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;
if (args.Length == 0) { System.Console.WriteLine("hi"); return; }
using var c = new Microsoft.Data.Sqlite.SqliteConnection("Data Source=/tmp/x.db"); c.Open();
using var cmd = c.CreateCommand(); cmd.CommandText = "select sqlite_version()"; System.Console.WriteLine(cmd.ExecuteScalar());
var b = WebApplication.CreateEmptyBuilder(new());
b.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
b.Services.AddHttpForwarder();
var app = b.Build();
var fwd = app.Services.GetRequiredService<IHttpForwarder>();
app.Run(async ctx => { await fwd.SendAsync(ctx, "http://127.0.0.1:1", new System.Net.Http.HttpMessageInvoker(new System.Net.Http.SocketsHttpHandler()), ForwarderRequestConfig.Empty); });
app.Urls.Add("http://127.0.0.1:5999");
app.Run();
