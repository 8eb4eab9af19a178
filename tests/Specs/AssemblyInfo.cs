using Berth.Specs;

[assembly: AssemblyFixture(typeof(SharedServer))]
