using Herald.Nats.Clusters;

namespace Herald.Nats.Tests.Clusters;

/// <summary>What a server says when it does not like something.</summary>
public sealed class ComplaintTests
{
    [Theory]
    [InlineData("Permissions Violation for Publish to \"orders.a\"", "orders.a", true)]
    [InlineData("Permissions Violation for Subscription to \"orders.>\"", "orders.>", false)]
    [InlineData("Permissions Violation for Subscription to \"orders.>\" using queue \"herald\"", "orders.>", false)]
    public void A_denial_names_its_subject(string complaint, string subject, bool isPublish) => Assert.Equal(new Denial(subject, isPublish), Denial.Of(complaint));

    [Theory]
    [InlineData("")]
    [InlineData("Authorization Violation")]
    [InlineData("Permissions Violation for Publish to \"orders")]
    public void Other_complaints_deny_nothing(string complaint) => Assert.Null(Denial.Of(complaint));

    [Fact]
    public void A_reason_names_each_cause_once() =>
        Assert.Equal(
            "It failed: The socket is closed",
            ClientLog.ReasonOf(new InvalidOperationException("It failed.", new IOException("The socket is closed.", new IOException("closed")))));
}
