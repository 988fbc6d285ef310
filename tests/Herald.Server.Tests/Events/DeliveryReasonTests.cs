using System.Text.Json;
using Herald.Engine.Inspection;
using Herald.Server.Events;
using Herald.Server.Wire;
using Xunit;

namespace Herald.Server.Tests.Events;

/// <summary>Each reason on the wire.</summary>
public sealed class DeliveryReasonTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, DeliveryReason> Reasons => new()
    {
        {
            """{"reason":"behindEvent","eventId":"e","key":"k","status":"blocked","attempts":5,"endpoint":"h:1","lastReason":"refused","nextAttemptAt":"2026-01-31T12:00:00.000Z"}""",
            new DeliveryReason.BehindEvent("e", "k", DeliveryStatus.Blocked, 5, "h:1", "refused", Noon)
        },
        { """{"reason":"failed","endpoint":"h:1","lastReason":"refused","nextAttemptAt":"2026-01-31T12:00:00.000Z"}""", new DeliveryReason.Failed("h:1", "refused", Noon) },
        { """{"reason":"held","lastReason":"refused"}""", new DeliveryReason.Held("refused") },
        { """{"reason":"paused","since":"2026-01-31T12:00:00.000Z","by":"ops"}""", new DeliveryReason.Paused(Noon, "ops") },
        { """{"reason":"disabled","since":"2026-01-31T12:00:00.000Z","because":"gone"}""", new DeliveryReason.Disabled(Noon, "gone") },
        { """{"reason":"endpointSilent","endpoint":"h:1"}""", new DeliveryReason.EndpointSilent("h:1") },
        { """{"reason":"noChannel","lacks":"a channel"}""", new DeliveryReason.NoChannel("a channel") },
        { """{"reason":"noSecret"}""", new DeliveryReason.NoSecret() },
        { """{"reason":"notReached","entries":42}""", new DeliveryReason.NotReached(42) },
        { """{"reason":"noRoom"}""", new DeliveryReason.NoRoom() },
        { """{"reason":"filteredOut","attribute":"country","value":"US","wanted":["NZ"]}""", new DeliveryReason.FilteredOut("country", "US", ["NZ"]) },
        { """{"reason":"filterChanged"}""", new DeliveryReason.FilterChanged() },
        { """{"reason":"notSubscribed","since":"2026-01-31T12:00:00.000Z"}""", new DeliveryReason.NotSubscribed(Noon) },
        { """{"reason":"beforeReplay","since":"2026-01-31T12:00:00.000Z","by":"ops"}""", new DeliveryReason.BeforeReplay(Noon, "ops") },
        { """{"reason":"otherTopic","topic":"payments"}""", new DeliveryReason.OtherTopic("payments") },
    };

    [Theory]
    [MemberData(nameof(Reasons), DisableDiscoveryEnumeration = true)]
    public void A_reason_has_its_own_fields_only(string json, DeliveryReason reason) =>
        Assert.Equal(json, JsonSerializer.Serialize(DeliveryReasonWire.Of(reason), WireJson.Options));

    [Fact]
    public void Every_reason_is_tested() =>
        Assert.Equal(typeof(DeliveryReason).GetNestedTypes().Length, Reasons.Count);
}
