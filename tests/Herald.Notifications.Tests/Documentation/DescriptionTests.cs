using Herald.Notifications.Tests.Running;
using Herald.TestKit.Documentation;

namespace Herald.Notifications.Tests.Documentation;

/// <summary>The committed description in docs/ matches what the application does.</summary>
public sealed class DescriptionTests
{
    [Fact]
    public async Task The_description_is_the_committed_one()
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        var described = (await server.GetAsync("/openapi.json")).Is(200).Json;
        await CommittedDocs.AssertDescribedAsync(
            ApplicationDescription.Of(described, "/v1/notifications", "/v1/recipients", "/v1/suppressions"), "openapi-notifications.json",
            NotificationsServer.Cancel);
    }
}
