using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Processes.Output;

namespace Berth.Platform.Builds;

/// <summary>The <c>builds:output</c> command: what a build printed and, while it runs, what it prints.</summary>
internal sealed class BuildOutput(BuildStore store, AppCatalog apps, TimeProvider time)
{
    private const int BlockSize = 64 * 1024;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public async Task<int> RunAsync(CommandCall call)
    {
        var words = call.Parse();
        var app = apps.Find(words.At(0));
        var id = words.At(1) is null or "current" ? store.List(app).FirstOrDefault(record => record.IsLive)?.Id : words.At(1)!;
        if (id is null)
        {
            call.Output.Step("App not currently deploying");
            return 0;
        }

        if (store.Find(app, id) is null)
        {
            throw BuildProblems.UnknownBuild(app, $"no such build {Printable.Of(id, 60)} for app {app}").AsException();
        }

        await CopyAsync(call, app, id);
        return 0;
    }

    private async Task CopyAsync(CommandCall call, AppName app, string id)
    {
        var path = store.LogPathOf(app, id);
        using var file = KeptFile.TryRead(path);
        if (file is null)
        {
            return;
        }

        var (buffer, position) = (new byte[BlockSize], 0L);
        var decoder = System.Text.Encoding.UTF8.GetDecoder();
        var characters = new char[BlockSize];
        while (true)
        {
            // Asked before reading: what was printed before the end is then all there.
            var over = store.Find(app, id) is not { IsLive: true };
            for (int read; (read = await RandomAccess.ReadAsync(file, buffer, position, call.Cancel)) > 0; position += read)
            {
                var count = decoder.GetChars(buffer.AsSpan(0, read), characters, flush: false);
                call.Output.Raw(new string(characters, 0, count));
                await call.Output.FlushAsync(call.Cancel);
            }

            if (over)
            {
                return;
            }

            await Task.Delay(Pause, time, call.Cancel);
        }
    }
}
