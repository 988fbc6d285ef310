using Herald.Nats.Clusters;
using Herald.Nats.Sources;

namespace Herald.Nats.Tests.Sources;

public sealed class SourceRouteTests
{
    [Theory]
    [InlineData("main/orders -> events")]
    [InlineData("main/orders.>,returns.* -> events stream=ORDERS group=billing replicas=3")]
    [InlineData("main/orders.> -> events oneReader=true")]
    public void A_route_is_shown_as_it_is_written(string text) => Assert.Equal(text, Assert.Single(SourceRoute.ParseAll(text)!).ToString());

    [Fact]
    public void Spaces_may_be_left_out_around_the_arrow_and_routes_are_parted_by_semicolons()
    {
        var routes = SourceRoute.ParseAll("main/a.>->one; main/b , c->two")!;
        Assert.Equal(["main/a.> -> one", "main/b,c -> two"], routes.Select(r => r.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("orders -> events")]
    [InlineData("main/orders")]
    [InlineData("main/orders -> ")]
    [InlineData("Main/orders -> events")]
    [InlineData("main/a..b -> events")]
    [InlineData("main/a.*,a.b -> events")]
    [InlineData("main/a -> events stream=")]
    [InlineData("main/a -> events stream=a.b")]
    [InlineData("main/a -> events stream=s stream=t")]
    [InlineData("main/a -> events replicas=3")]
    [InlineData("main/a -> events stream=s replicas=6")]
    [InlineData("main/a -> events stream=s oneReader=true")]
    [InlineData("main/a -> events colour=red")]
    [InlineData("main/a -> events; main/b")]
    public void What_is_no_route_is_refused(string text) => Assert.Null(SourceRoute.ParseAll(text));

    [Theory]
    [InlineData("main/a -> x", "main/a -> y", true)]
    [InlineData("main/a -> x", "main/a -> y group=other", false)]
    [InlineData("main/a -> x group=other", "main/a -> y group=other", true)]
    [InlineData("main/a -> x", "main/b -> y", false)]
    [InlineData("main/a -> x", "side/a -> y", false)]
    [InlineData("main/a -> x stream=s", "main/b -> y stream=s", true)]
    [InlineData("main/a -> x stream=s", "main/b -> y stream=s group=other", false)]
    [InlineData("main/a -> x stream=s", "main/a -> y", false)]
    public void Two_sources_are_in_the_way_of_each_other(string one, string other, bool isInTheWay) =>
        Assert.Equal(isInTheWay, SourceRoute.ParseAll(one)![0].IsInTheWayOf(SourceRoute.ParseAll(other)![0], "herald"));

    [Theory]
    [InlineData("main=nats://10.0.0.1:4222,10.0.0.2:4222", "main=nats://10.0.0.1:4222,nats://10.0.0.2:4222")]
    [InlineData("main=tls://nats.example; side=nats://b:1", "main=tls://nats.example:4222;side=nats://b:1")]
    public void Clusters_are_shown_with_their_ports(string text, string shown) => Assert.Equal(shown, string.Join(";", ClusterAddress.ParseAll(text)!));

    [Theory]
    [InlineData("main")]
    [InlineData("main=a:1")]
    [InlineData("main=nats://user:word@a:1")]
    [InlineData("main=nats://a:1;main=nats://b:1")]
    [InlineData("")]
    public void What_is_no_cluster_is_refused(string text) => Assert.Null(ClusterAddress.ParseAll(text));

    [Fact]
    public void Texts_by_cluster_are_found_by_its_name()
    {
        var users = ByCluster.Parse("main=herald; side=a=b")!;
        Assert.Equal(("herald", "a=b", null), (users.Find("main"), users.Find("side"), users.Find("third")));
        Assert.Equal("main=herald;side=a=b", users.ToString());
        Assert.Empty(ByCluster.Parse("none")!.Clusters);
        Assert.Null(ByCluster.Parse("main="));
        Assert.Null(ByCluster.Parse("main=a;main=b"));
    }
}
