using System.CommandLine;
using System.Text;
using Herald.Push.Hosting;
using Herald.Push.WebPush;

namespace Herald.Push.Tests.Hosting;

public sealed class PushCommandTests
{
    [Fact]
    public async Task Keys_prints_a_pair_for_the_file_of_the_settings_and_another_one_each_time()
    {
        var (one, other) = (await RunAsync(), await RunAsync());

        using var keys = VapidKeys.Read(Encoding.UTF8.GetBytes(one));
        Assert.Contains(keys.PublicText, one, StringComparison.Ordinal);
        Assert.NotEqual(one, other);
    }

    private static async Task<string> RunAsync()
    {
        var command = Assert.Single(new PushModule().Commands(TimeProvider.System));
        Assert.Null(command.Below);
        using var output = new StringWriter();
        var root = new RootCommand { command.Command };
        Assert.Equal(0, await root.Parse(["push", "keys"]).InvokeAsync(new() { Output = output }));
        return output.ToString();
    }
}
