using Herald.TestKit;
using Xunit;

namespace Herald.Evidence.Tests;

public sealed class OwnDocumentsTests
{
    [Fact]
    public async Task The_documents_say_what_their_records_say()
    {
        var output = new StringWriter();
        var code = await EvidenceCommandLine.RunAsync(["check"], SourceTree.Root, output, output, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.True(code == 0, output.ToString());
    }
}
