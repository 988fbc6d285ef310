using Herald.Brokers.Clusters;

namespace Herald.Brokers.Tests.Clusters;

public sealed class ClusterNameTests
{
    [Theory]
    [InlineData("main", true)]
    [InlineData("other-2", true)]
    [InlineData("", false)]
    [InlineData("Main", false)]
    [InlineData("ma.in", false)]
    [InlineData("main-", false)]
    [InlineData("2main", false)]
    public void Names_of_clusters_can_be_the_host_of_a_URL(string text, bool isOne) => Assert.Equal(isOne, ClusterName.Accepts(text));
}
