using Berth.Specs;
using Berth.TestKit;

[assembly: AssemblyFixture(typeof(SharedServer))]
[assembly: AssemblyFixture(typeof(PostgresFixture))]
