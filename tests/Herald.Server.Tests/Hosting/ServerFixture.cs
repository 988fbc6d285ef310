using Xunit;

[assembly: AssemblyFixture(typeof(Herald.Server.Tests.Hosting.RunningServer))]
