using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Catalogs;

/// <summary>
/// The stored form of catalog records. JSON, so that a person can read a damaged record and new fields need no migration.
/// </summary>
internal static partial class CatalogCodec
{
    public const string TopicKind = "topic";
    public const string SubscriptionKind = "subscription";
    public const string SecretKind = "secret";
    public const string ReleaseKind = "release";

    public static ReadOnlyMemory<byte> Encode(StoredTopic topic) => JsonSerializer.SerializeToUtf8Bytes(topic, Shapes.Default.StoredTopic);

    public static ReadOnlyMemory<byte> Encode(StoredSubscription subscription) =>
        JsonSerializer.SerializeToUtf8Bytes(subscription, Shapes.Default.StoredSubscription);

    /// <summary>The record of an endpoint's secrets, which belongs to the subscription's topic. No secrets remove it.</summary>
    /// <param name="fullId">The full name of the secret.</param>
    public static CatalogWrite Encode(string fullId, int topic, Secrets secrets)
    {
        var stored = new StoredSecret
        {
            Current = secrets.Current.ToArray(),
            Previous = secrets.Previous.ToArray(),
            PreviousUntil = secrets.PreviousUntil,
        };
        var body = secrets.AreNone ? (ReadOnlyMemory<byte>?)null : JsonSerializer.SerializeToUtf8Bytes(stored, Shapes.Default.StoredSecret);
        // Without an expected version: it is written together with the subscription, whose version decides.
        return new(SecretKind, fullId, topic, null, body);
    }

    public static CatalogWrite Encode(ReleaseOrder order) => new(
        ReleaseKind, order.Shard.Value.ToString(CultureInfo.InvariantCulture), 0, null,
        JsonSerializer.SerializeToUtf8Bytes(
            new StoredRelease(order.Subscription, order.Sequence, order.Discard, order.By), Shapes.Default.StoredRelease));

    /// <summary>Null when the record is damaged. The order is then lost: the key stays held and can be released again.</summary>
    public static ReleaseOrder? DecodeRelease(CatalogRecord record) => TryDecode(record, Shapes.Default.StoredRelease) is { } stored
        && int.TryParse(record.Id, NumberStyles.None, CultureInfo.InvariantCulture, out var shard)
        ? new(new ShardId(shard), stored.Subscription, stored.Sequence, stored.Discard, stored.By ?? "") : null;

    /// <summary>A damaged record loses only the time of creation and the labels.</summary>
    public static Topic DecodeTopic(CatalogRecord record)
    {
        var (tenant, name) = TenantId.Split(record.Id);
        var stored = TryDecode(record, Shapes.Default.StoredTopic);
        return new(name, record.Number, stored?.CreatedAt ?? DateTimeOffset.UnixEpoch, record.Version, tenant, TextMap.Of(stored?.Labels));
    }

    /// <summary>None when the record is damaged: nothing is sent to the endpoint until it has a new secret.</summary>
    public static Secrets DecodeSecret(CatalogRecord record) =>
        TryDecode(record, Shapes.Default.StoredSecret) is { Current: { Length: > 0 } current } stored
            ? new(current, stored.Previous ?? [], stored.PreviousUntil)
            : Secrets.None;

    /// <summary>
    /// A damaged record gives an inactive entry (<see cref="SubscriptionEntry.Damaged"/>), so that only this subscription waits for the
    /// repair.
    /// </summary>
    public static SubscriptionEntry DecodeSubscription(CatalogRecord record)
    {
        try
        {
            return TryDecode(record, Shapes.Default.StoredSubscription) is { } stored && FitsShards(stored, record.Heads.Count)
                ? Decode(record, stored) : SubscriptionEntry.Damaged(record);
        }
        catch (Exception damage) when (damage is FormatException or ArgumentException or OverflowException or NullReferenceException)
        {
            // An address or a time that is invalid, or a name that is missing.
            return SubscriptionEntry.Damaged(record);
        }
    }

    private static T? TryDecode<T>(CatalogRecord record, JsonTypeInfo<T> shape)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(record.Body!.Value.Span, shape);
        }
        catch (Exception damage) when (damage is JsonException or ArgumentException or FormatException)
        {
            return null;
        }
    }

    // Every shard looks up its own element in these lists.
    private static bool FitsShards(StoredSubscription stored, int shards)
    {
        return stored is { Topic: not null, Revisions: { Length: > 0 } revisions, Generation: > 0 }
            && Fits(stored.Starts) && Fits(stored.RewoundAt) && revisions.All(r => r is { Filter: not null } && Fits(r.After));

        bool Fits(IReadOnlyList<long>? places) => places is null || places.Count == shards;
    }

    private static SubscriptionEntry Decode(CatalogRecord record, StoredSubscription stored)
    {
        var revisions = stored.Revisions.Select(r => new FilterRevision(r.Number, FilterOf(r.Filter), r.After ?? record.Heads)).ToArray();
        var (tenant, id) = TenantId.Split(record.Id);
        var subscription = new Subscription
        {
            Tenant = tenant,
            Id = id,
            Number = record.Number,
            Topic = stored.Topic,
            TopicNumber = record.Parent,
            Endpoint = new Endpoint(
                new Uri(stored.Endpoint), TextMap.Of(stored.Settings), stored.Secret is { } secret ? new SecretReference(secret) : null),
            Description = stored.Description,
            Labels = TextMap.Of(stored.Labels),
            Filter = revisions[^1].Filter,
            Retry = RetryOf(stored.Retry),
            Limits = new DeliveryLimits
            {
                MaxInFlight = stored.MaxInFlight,
                RatePerSecond = stored.RatePerSecond,
                Timeout = TimeSpan.FromMilliseconds(stored.TimeoutMs),
                FixedInFlight = stored.FixedInFlight,
            },
            Reports = stored.Reports,
            Status = stored.Status,
            StatusReason = stored.StatusReason,
            StatusSince = stored.StatusSince,
            StatusBy = stored.StatusBy,
            EndpointRevision = stored.EndpointRevision,
            Generation = stored.Generation,
            ReplayedAt = stored.ReplayedAt,
            ReplayedBy = stored.ReplayedBy,
            CreatedAt = stored.CreatedAt,
            UpdatedAt = stored.UpdatedAt,
            Version = record.Version,
        };
        return new SubscriptionEntry(
            subscription, stored.Starts ?? record.Heads, stored.GenerationVersion ?? record.Version, stored.RewoundAt ?? record.Heads,
            revisions);
    }

    /// <summary>
    /// The stored form of an entry, unchanged. Callers set to null what the store must stamp with this change: starts, the last revision's
    /// place, versions.
    /// </summary>
    public static StoredSubscription ToStored(SubscriptionEntry entry)
    {
        var subscription = entry.Subscription;
        return new StoredSubscription
        {
            Topic = subscription.Topic,
            Endpoint = subscription.Endpoint.Address.OriginalString,
            Settings = ToStored(subscription.Endpoint.Settings),
            Secret = subscription.Endpoint.Secret?.Id,
            Description = subscription.Description,
            Labels = ToStored(subscription.Labels),
            Retry = ToStored(subscription.Retry),
            MaxInFlight = subscription.Limits.MaxInFlight,
            RatePerSecond = subscription.Limits.RatePerSecond,
            TimeoutMs = (long)subscription.Limits.Timeout.TotalMilliseconds,
            FixedInFlight = subscription.Limits.FixedInFlight,
            Reports = subscription.Reports,
            Status = subscription.Status,
            StatusReason = subscription.StatusReason,
            StatusSince = subscription.StatusSince,
            StatusBy = subscription.StatusBy,
            EndpointRevision = subscription.EndpointRevision,
            Generation = subscription.Generation,
            ReplayedAt = subscription.ReplayedAt,
            ReplayedBy = subscription.ReplayedBy,
            CreatedAt = subscription.CreatedAt,
            UpdatedAt = subscription.UpdatedAt,
            Starts = entry.Starts,
            GenerationVersion = entry.GenerationVersion,
            RewoundAt = entry.RewoundAt,
            Revisions = [.. entry.Revisions.Select(r => new StoredRevision(r.Number, ToStored(r.Filter), r.After))],
        };
    }

    public static Dictionary<string, string>? ToStored(TextMap map) => map.Count == 0 ? null : new(map, StringComparer.Ordinal);

    public static StoredClause[] ToStored(Filter filter) =>
        [.. filter.Clauses.Select(c => new StoredClause(c.Attribute, c.IsType, c.Values))];

    public static StoredRetry ToStored(RetryPolicy retry)
    {
        var stored = new StoredRetry
        {
            MaxAttempts = retry.MaxAttempts,
            MaxAgeMs = (long?)retry.MaxAge?.TotalMilliseconds,
            TtlMs = (long?)retry.Ttl?.TotalMilliseconds,
            OnExhausted = retry.OnExhausted,
            ForwardTo = retry.ForwardTo,
        };
        return retry.Waits switch
        {
            RetryWaits.Exponential e => stored with { BaseMs = e.Base.TotalMilliseconds, Factor = e.Factor, CapMs = e.Cap.TotalMilliseconds, Jitter = e.Jitter, FirstMs = [.. e.First.Select(w => w.TotalMilliseconds)] },
            RetryWaits.Schedule s => stored with { ScheduleMs = [.. s.Waits.Select(w => w.TotalMilliseconds)], Jitter = s.Jitter },
            _ => throw new UnreachableException($"{retry.Waits}"),
        };
    }

    private static Filter FilterOf(StoredClause[] clauses) =>
        clauses.Length == 0 ? Filter.All : new Filter([.. clauses.Select(c => new FilterClause(c.Attribute, c.IsType, c.Values))]);

    private static RetryPolicy RetryOf(StoredRetry stored) => new()
    {
        Waits = stored.ScheduleMs is { } schedule
            ? new RetryWaits.Schedule([.. schedule.Select(TimeSpan.FromMilliseconds)], stored.Jitter)
            : new RetryWaits.Exponential(TimeSpan.FromMilliseconds(stored.BaseMs), stored.Factor, TimeSpan.FromMilliseconds(stored.CapMs), stored.Jitter) { First = [.. (stored.FirstMs ?? []).Select(TimeSpan.FromMilliseconds)] },
        MaxAttempts = stored.MaxAttempts,
        MaxAge = stored.MaxAgeMs is { } age ? TimeSpan.FromMilliseconds(age) : null,
        Ttl = stored.TtlMs is { } ttl ? TimeSpan.FromMilliseconds(ttl) : null,
        OnExhausted = stored.OnExhausted,
        ForwardTo = stored.ForwardTo,
    };

    internal sealed record StoredTopic(DateTimeOffset CreatedAt)
    {
        public Dictionary<string, string>? Labels { get; init; }
    }

    internal sealed record StoredSecret
    {
        public byte[] Current { get; init; } = [];
        public byte[] Previous { get; init; } = [];
        public DateTimeOffset? PreviousUntil { get; init; }
    }

    internal sealed record StoredRelease(int Subscription, long Sequence, bool Discard, string? By = null);

    internal sealed record StoredClause(string Attribute, bool IsType, IReadOnlyList<string> Values);

    /// <param name="After">Null: the heads of the record in which it is first stored.</param>
    internal sealed record StoredRevision(int Number, StoredClause[] Filter, IReadOnlyList<long>? After);

    internal sealed record StoredRetry
    {
        public double BaseMs { get; init; }
        public double Factor { get; init; }
        public double CapMs { get; init; }

        /// <summary>Null: stored by an earlier version of Herald, which had no such waits.</summary>
        public double[]? FirstMs { get; init; }
        public double[]? ScheduleMs { get; init; }
        public double Jitter { get; init; }
        public int? MaxAttempts { get; init; }
        public long? MaxAgeMs { get; init; }
        public long? TtlMs { get; init; }
        public OnExhausted OnExhausted { get; init; }
        public string? ForwardTo { get; init; }
    }

    internal sealed record StoredSubscription
    {
        public required string Topic { get; init; }
        public required string Endpoint { get; init; }
        public Dictionary<string, string>? Settings { get; init; }

        /// <summary>The tenant's own name for the record with the endpoint's secret.</summary>
        public string? Secret { get; init; }
        public string? Description { get; init; }
        public Dictionary<string, string>? Labels { get; init; }
        public required StoredRetry Retry { get; init; }
        public required int MaxInFlight { get; init; }
        public double? RatePerSecond { get; init; }
        public required long TimeoutMs { get; init; }
        public bool FixedInFlight { get; init; }
        public ReportRequest? Reports { get; init; }
        public SubscriptionStatus Status { get; init; }
        public string? StatusReason { get; init; }
        public DateTimeOffset? StatusSince { get; init; }
        public string? StatusBy { get; init; }
        public int EndpointRevision { get; init; } = 1;
        public int Generation { get; init; } = 1;
        public DateTimeOffset? ReplayedAt { get; init; }
        public string? ReplayedBy { get; init; }
        public required DateTimeOffset CreatedAt { get; init; }
        public required DateTimeOffset UpdatedAt { get; init; }
        public IReadOnlyList<long>? Starts { get; init; }
        public long? GenerationVersion { get; init; }
        public IReadOnlyList<long>? RewoundAt { get; init; }
        public required StoredRevision[] Revisions { get; init; }
    }

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UseStringEnumConverter = true)]
    [JsonSerializable(typeof(StoredTopic))]
    [JsonSerializable(typeof(StoredSecret))]
    [JsonSerializable(typeof(StoredRelease))]
    [JsonSerializable(typeof(StoredSubscription))]
    private sealed partial class Shapes : JsonSerializerContext;
}
