using Xunit;

namespace Herald.Evidence.Tests;

public sealed class OwnDocumentsTests
{
    [Fact]
    public async Task The_documents_say_what_their_records_say()
    {
        var output = new StringWriter();
        var code = await EvidenceCommandLine.RunAsync(["check"], Root(), output, output, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.True(code == 0, output.ToString());
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Herald.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is in no working copy of Herald.");
    }
}
