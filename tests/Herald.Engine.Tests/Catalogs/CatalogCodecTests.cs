using System.Text;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Xunit;

namespace Herald.Engine.Tests.Catalogs;

public sealed class CatalogCodecTests
{
    private static readonly DateTimeOffset Moment = new(2030, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    private static readonly SubscriptionEntry Full = new(
        new Subscription
        {
            Id = "s",
            Number = 17,
            Topic = "orders",
            TopicNumber = 5,
            Endpoint = new Endpoint(
                new Uri("https://user:pass@example.com/Hook?a=%20b#c"), TextMap.Of([new("subject", "a b"), new("sender", "x@y")]), new SecretReference("s")),
            Description = "what \"it\" does, привет",
            Labels = TextMap.Of([new("team", "billing"), new("herald/registration", "1m")]),
            Filter = FilterOf("b"),
            Retry = new RetryPolicy
            {
                Waits = new RetryWaits.Exponential(TimeSpan.FromMilliseconds(250), 1.5, TimeSpan.FromHours(2), 0.25),
                MaxAttempts = 12,
                MaxAge = TimeSpan.FromHours(30),
                Ttl = TimeSpan.FromDays(9),
                OnExhausted = OnExhausted.Forward,
                ForwardTo = "failed-orders",
            },
            Limits = new DeliveryLimits { MaxInFlight = 7, RatePerSecond = 0.5, Timeout = TimeSpan.FromSeconds(3), FixedInFlight = true },
            Reports = new ReportRequest("order-reports", ReportKinds.Exhausted | ReportKinds.Recovered),
            Status = SubscriptionStatus.Disabled,
            StatusReason = "410 Gone",
            EndpointRevision = 3,
            Generation = 4,
            CreatedAt = Moment,
            UpdatedAt = Moment.AddTicks(1),
            Version = 99,
        },
        [1, 2, 3], 50, [4, 5, 6],
        [new FilterRevision(2, FilterOf("a"), [7, 8, 9]), new FilterRevision(3, FilterOf("b"), [10, 11, 12])]);

    [Fact]
    public void A_subscription_is_read_with_every_field_it_was_stored_with() => AssertSame(Full, RoundTrip(CatalogCodec.ToStored(Full)));

    [Fact]
    public void Fields_that_are_not_set_stay_unset()
    {
        var bare = Full with
        {
            Subscription = Full.Subscription with
            {
                Description = null,
                Filter = Filter.All,
                Retry = new RetryPolicy { Waits = new RetryWaits.Schedule([TimeSpan.Zero, TimeSpan.FromMilliseconds(1500)], 0), MaxAge = null },
                Limits = DeliveryLimits.Default,
                Endpoint = Endpoint.At(new Uri("https://example.com/")),
                Labels = TextMap.Empty,
                Status = SubscriptionStatus.Active,
                StatusReason = null,
            },
            Revisions = [new FilterRevision(1, Filter.All, [0, 0, 0])],
        };
        AssertSame(bare, RoundTrip(CatalogCodec.ToStored(bare)));
    }

    [Theory]
    [InlineData(OnExhausted.DeadLetter, SubscriptionStatus.Active)]
    [InlineData(OnExhausted.Hold, SubscriptionStatus.Paused)]
    [InlineData(OnExhausted.Forward, SubscriptionStatus.Disabled)]
    public void Choices_are_stored_by_name_so_that_a_person_can_read_them(OnExhausted exhausted, SubscriptionStatus status)
    {
        var entry = Full with { Subscription = Full.Subscription with { Retry = Full.Subscription.Retry with { OnExhausted = exhausted }, Status = status } };
        var json = Encoding.UTF8.GetString(CatalogCodec.Encode(CatalogCodec.ToStored(entry)).Span);
        Assert.Contains($"\"{exhausted}\"", json, StringComparison.Ordinal);
        Assert.Contains($"\"{status}\"", json, StringComparison.Ordinal);
        AssertSame(entry, RoundTrip(CatalogCodec.ToStored(entry)));
    }

    [Fact]
    public void What_is_left_open_is_stamped_by_the_record_that_stores_it()
    {
        var stored = CatalogCodec.ToStored(Full) with
        {
            Starts = null,
            GenerationVersion = null,
            RewoundAt = null,
            Revisions = [new(1, CatalogCodec.ToStored(FilterOf("a")), [7, 8, 9]), new(2, CatalogCodec.ToStored(FilterOf("b")), null)],
        };
        var entry = RoundTrip(stored);
        Assert.Equal((17, 5), (entry.Subscription.Number, entry.Subscription.TopicNumber));
        Assert.Equal([100L, 200, 300], entry.Starts);
        Assert.Equal(99, entry.GenerationVersion);
        Assert.Equal([100L, 200, 300], entry.RewoundAt);
        Assert.Equal([7L, 8, 9], entry.Revisions[0].After);
        Assert.Equal([100L, 200, 300], entry.Revisions[1].After);
        Assert.Equal(FilterOf("b"), entry.Subscription.Filter);
    }

    [Fact]
    public void A_topic_has_the_number_of_its_record()
    {
        var made = Topic(new CatalogCodec.StoredTopic(Moment), 31);
        Assert.Equal(("orders", 31, 31L, Moment), (made.Name, made.Number, made.Version, made.CreatedAt));
        Assert.Equal((31, 40L), (Topic(new CatalogCodec.StoredTopic(Moment), 40) is var later ? later.Number : 0, later.Version));
        Assert.Equal("orders"u8, made.NameUtf8);
    }

    [Fact]
    public void A_field_of_a_newer_program_is_passed_over()
    {
        var json = Encoding.UTF8.GetString(CatalogCodec.Encode(CatalogCodec.ToStored(Full)).Span).Insert(1, "\"colour\":{\"a\":[1]},");
        AssertSame(Full, CatalogCodec.DecodeSubscription(Record(Encoding.UTF8.GetBytes(json))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"topic\":")]
    public void A_subscription_whose_record_is_damaged_is_one_that_stands_still(string body) => AssertDamaged(Record(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void Values_that_no_subscription_can_have_are_damage()
    {
        var whole = CatalogCodec.ToStored(Full);
        CatalogCodec.StoredSubscription[] damaged =
        [
            whole with { Endpoint = "no address" },
            whole with { Revisions = [] },
            whole with { Starts = [1, 2] },
            whole with { RewoundAt = [1, 2, 3, 4] },
            whole with { Revisions = [new(1, [], [1])] },
            whole with { Generation = 0 },
            whole with { Retry = null! },
            whole with { Topic = null! },
        ];
        foreach (var stored in damaged)
            AssertDamaged(Record(CatalogCodec.Encode(stored)));
    }

    [Fact]
    public void However_a_record_is_spoilt_reading_it_does_not_fail()
    {
        var whole = CatalogCodec.Encode(CatalogCodec.ToStored(Full)).ToArray();
        for (var at = 0; at < whole.Length; at++)
        {
            CatalogCodec.DecodeSubscription(Record(whole.AsMemory(0, at)));
            for (var bit = 0; bit < 8; bit++)
            {
                var spoilt = (byte[])whole.Clone();
                spoilt[at] ^= (byte)(1 << bit);
                CatalogCodec.DecodeSubscription(Record(spoilt));
            }
        }
    }

    [Fact]
    public void A_damaged_topic_goes_on_and_a_damaged_order_is_none()
    {
        var body = "{\"cr"u8.ToArray();
        Assert.Equal(("orders", 31), CatalogCodec.DecodeTopic(new CatalogRecord(CatalogCodec.TopicKind, "orders", 31, 0, 40, [1], body)) is var topic ? (topic.Name, topic.Number) : default);
        Assert.Null(CatalogCodec.DecodeRelease(new CatalogRecord(CatalogCodec.ReleaseKind, "3", 31, 0, 40, [1], body)));
    }

    private static void AssertDamaged(CatalogRecord record)
    {
        var entry = CatalogCodec.DecodeSubscription(record);
        var subscription = entry.Subscription;
        Assert.Equal((true, "s", 17, 5, 99L, SubscriptionStatus.Disabled), (subscription.IsDamaged, subscription.Id, subscription.Number, subscription.TopicNumber, subscription.Version, subscription.Status));
        Assert.Equal(0, entry.RevisionAt(new ShardId(2), 1_000_000));
        Assert.False(entry.BeginsBehind(new ShardId(2), 0, 1_000_000));
    }

    private static SubscriptionEntry RoundTrip(CatalogCodec.StoredSubscription stored) => CatalogCodec.DecodeSubscription(Record(CatalogCodec.Encode(stored)));

    private static CatalogRecord Record(ReadOnlyMemory<byte> body) => new(CatalogCodec.SubscriptionKind, "s", 17, 5, 99, [100, 200, 300], body);

    private static Topic Topic(CatalogCodec.StoredTopic stored, long version) =>
        CatalogCodec.DecodeTopic(new CatalogRecord(CatalogCodec.TopicKind, "orders", 31, 0, version, [1, 2, 3], CatalogCodec.Encode(stored)));

    private static Filter FilterOf(string value) => new([new FilterClause("colour", false, [value, "x"]), new FilterClause(Filter.TypeClause, true, ["t"])]);

    private static void AssertSame(SubscriptionEntry expected, SubscriptionEntry actual)
    {
        Assert.Equal(expected.Subscription.Endpoint.Address.OriginalString, actual.Subscription.Endpoint.Address.OriginalString);
        Assert.Equal(expected.Subscription, actual.Subscription);
        Assert.Equal(expected.Starts, actual.Starts);
        Assert.Equal(expected.GenerationVersion, actual.GenerationVersion);
        Assert.Equal(expected.RewoundAt, actual.RewoundAt);
        Assert.Equal(expected.Revisions.Count, actual.Revisions.Count);
        foreach (var (one, other) in expected.Revisions.Zip(actual.Revisions))
        {
            Assert.Equal((one.Number, one.Filter), (other.Number, other.Filter));
            Assert.Equal(one.After, other.After);
        }
    }
}
