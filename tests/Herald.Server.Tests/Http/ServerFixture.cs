using Xunit;

[assembly: AssemblyFixture(typeof(Herald.Server.Tests.Http.RunningServer))]
