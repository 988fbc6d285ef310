using Herald.Brokers.Channels;

namespace Herald.Brokers.Tests.Channels;

public sealed class EndpointFormTests
{
    private static readonly EndpointForm Form = new("script", "Script", "topic", "a file", name => name.Length < 10 ? null : "is too long");

    [Theory]
    [InlineData("script://main/a", null)]
    [InlineData("script://main/a%20b", null)]
    [InlineData("http://main/a", "endpoint: 'http://main/a' is not a Script endpoint; write script://cluster/topic")]
    [InlineData("script://user:word@main/a", "endpoint: 'script://***@main' contains credentials; remove them, and put them into a file")]
    [InlineData("script://main:1/a", "endpoint: 'script://main:1/a' has more parts than a cluster and a topic; write script://cluster/topic")]
    [InlineData("script://main/a?b", "endpoint: 'script://main/a?b' has more parts than a cluster and a topic; write script://cluster/topic")]
    [InlineData("script://third/a", "endpoint: cluster 'third' is not in script.clusters, which has main, other")]
    [InlineData("script://main/a23456789%0Ab", "endpoint: 'a23456789 b' is too long")]
    public void An_endpoint_is_a_cluster_and_a_name(string endpoint, string? problem) => Assert.Equal(problem, Form.Refuse(new Uri(endpoint), ["other", "main"]));

    [Fact]
    public void Without_clusters_no_endpoint_is_right() =>
        Assert.Equal("endpoint: cluster 'main' is not in script.clusters, which has none", Form.Refuse(new Uri("script://main/a"), []));
}
