using Herald.Hosting.Text;
using Xunit;

namespace Herald.Hosting.Tests.Text;

public sealed class FileReasonTests
{
    [Theory]
    [InlineData("/there/is/no/such/file", "it does not exist")]
    [InlineData("/no-such-file", "it does not exist")]
    [InlineData("/", "this user may not read it, or it is a directory")]
    public void A_file_that_cannot_be_read_is_not_named_again(string path, string told)
    {
        var failure = Record.Exception(() => File.ReadAllText(path));
        Assert.Equal(told, FileReason.Of(failure!));
    }

    [Fact]
    public void Another_reason_is_that_of_the_system() => Assert.Equal("The disk is gone", FileReason.Of(new IOException("The disk is gone.")));
}
