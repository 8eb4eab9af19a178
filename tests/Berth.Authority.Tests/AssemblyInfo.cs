using Berth.TestKit;

[assembly: AssemblyFixture(typeof(PostgresFixture))]
