using Herald.Nats.Clusters;

namespace Herald.Nats.Tests.Clusters;

public sealed class ServerAddressTests
{
    [Theory]
    [InlineData("nats://a", "nats://a:4222")]
    [InlineData("nats://10.0.0.1:4223,10.0.0.2:4224", "nats://10.0.0.1:4223 nats://10.0.0.2:4224")]
    [InlineData("tls://a:1, b:2", "tls://a:1 tls://b:2")]
    [InlineData("nats://[::1]:7", "nats://[::1]:7")]
    public void Servers_are_read(string text, string expected) => Assert.Equal(expected, string.Join(' ', ServerAddress.ParseAll(text)!));

    [Theory]
    [InlineData("")]
    [InlineData("a:4222")]
    [InlineData("http://a:80")]
    [InlineData("nats://")]
    [InlineData("nats://a:70000")]
    [InlineData("nats://a/b")]
    [InlineData("nats://user:word@a")]
    [InlineData("nats://a,,nats://b")]
    public void What_is_no_server_is_refused(string text) => Assert.Null(ServerAddress.ParseAll(text));
}
