using System.Text.Json.Nodes;

namespace Herald.Client;

/// <summary><c>/v1/subscriptions</c></summary>
public sealed class SubscriptionsClient
{
    private const string Path = "/v1/subscriptions";
    private readonly Calls _calls;

    internal SubscriptionsClient(Calls calls) => _calls = calls;

    /// <summary>A page of the subscriptions, by id.</summary>
    /// <param name="topic">Only those of this topic.</param>
    public Task<Reply<Page<Subscription>>> ListAsync(
        string? topic = null, PageRequest page = default, CancellationToken cancel = default) =>
        _calls.GetAsync(
            Address.WithQuery(Path, page.LimitParameter, page.CursorParameter, ("topic", topic)),
            ClientJson.Default.PageSubscription, cancel);

    /// <summary>
    /// A page of the subscriptions that have all of these labels, by id. It can have fewer subscriptions than the limit, and not be the
    /// last one.
    /// </summary>
    /// <param name="topic">Only those of this topic; null for all topics.</param>
    public Task<Reply<Page<Subscription>>> ListAsync(
        string? topic, IReadOnlyDictionary<string, string> labels, PageRequest page = default, CancellationToken cancel = default) =>
        _calls.GetAsync(
            Address.WithQuery(Address.WithLabels(Path, labels), page.LimitParameter, page.CursorParameter, ("topic", topic)),
            ClientJson.Default.PageSubscription, cancel);

    /// <summary>All subscriptions, by id.</summary>
    /// <param name="topic">Only those of this topic.</param>
    /// <exception cref="HeraldException">A page was refused.</exception>
    public IAsyncEnumerable<Subscription> AllAsync(string? topic = null, CancellationToken cancel = default) =>
        AllPages.ReadAsync<Subscription>((page, token) => ListAsync(topic, page, token), cancel);

    /// <summary>All subscriptions that have all of these labels, by id.</summary>
    /// <param name="topic">Only those of this topic; null for all topics.</param>
    /// <exception cref="HeraldException">A page was refused.</exception>
    public IAsyncEnumerable<Subscription> AllAsync(
        string? topic, IReadOnlyDictionary<string, string> labels, CancellationToken cancel = default) =>
        AllPages.ReadAsync<Subscription>((page, token) => ListAsync(topic, labels, page, token), cancel);

    /// <summary>Creates or replaces a subscription. It can be repeated: 201 with the secret when it is new, then 200.</summary>
    public Task<Reply<Subscription>> PutAsync(
        string id, SubscriptionDefinition definition, Precondition? only = null, CancellationToken cancel = default) =>
        _calls.SendAsync(
            HttpMethod.Put, Of(id), Content.Of(definition, ClientJson.Default.SubscriptionDefinition), only,
            ClientJson.Default.Subscription, cancel);

    /// <summary>The same with a definition that is JSON already, for example from a file.</summary>
    public Task<Reply<Subscription>> PutJsonAsync(
        string id, JsonObject definition, Precondition? only = null, CancellationToken cancel = default) =>
        _calls.SendAsync(HttpMethod.Put, Of(id), Content.Of(definition), only, ClientJson.Default.Subscription, cancel);

    /// <summary>Creates or replaces a subscription, at the address of its topic.</summary>
    /// <param name="id">Null to let Herald give an id. Such a request must not be repeated: it would create another subscription.</param>
    public Task<Reply<Subscription>> SubscribeAsync(
        SubscriptionDefinition definition, string? id = null, Precondition? only = null, CancellationToken cancel = default) =>
        _calls.SendAsync(
            HttpMethod.Post, $"/v1/topics/{Address.Escape(definition.Topic)}/subscriptions",
            Content.Of(TopicSubscriptionBody.Of(definition, id), ClientJson.Default.TopicSubscriptionBody), only,
            ClientJson.Default.Subscription, cancel);

    /// <summary>Changes parts of a subscription.</summary>
    /// <param name="patch">A JSON merge patch (RFC 7396): null resets a field to its default.</param>
    public Task<Reply<Subscription>> PatchAsync(
        string id, JsonObject patch, Precondition? only = null, CancellationToken cancel = default) =>
        _calls.SendAsync(HttpMethod.Patch, Of(id), Content.Patch(patch), only, ClientJson.Default.Subscription, cancel);

    public Task<Reply<Subscription>> GetAsync(string id, CancellationToken cancel = default) =>
        _calls.GetAsync(Of(id), ClientJson.Default.Subscription, cancel);

    /// <summary>Deletes a subscription with its backlog.</summary>
    public Task<Reply> DeleteAsync(string id, Precondition? only = null, CancellationToken cancel = default) =>
        _calls.SendAsync(HttpMethod.Delete, Of(id), null, only, cancel);

    /// <summary>Stops deliveries. The backlog stays.</summary>
    public Task<Reply<Subscription>> PauseAsync(string id, CancellationToken cancel = default) =>
        _calls.PostAsync(Of(id, "pause"), null, ClientJson.Default.Subscription, cancel);

    /// <summary>Continues after a pause, or after Herald has disabled the subscription.</summary>
    public Task<Reply<Subscription>> ResumeAsync(string id, CancellationToken cancel = default) =>
        _calls.PostAsync(Of(id, "resume"), null, ClientJson.Default.Subscription, cancel);

    /// <summary>
    /// Delivers again all events from a point on that match the present filter. 409 <c>replay-skips</c> if events before it are not
    /// delivered yet.
    /// </summary>
    /// <param name="skipUndelivered">Whether such events may be left out for good.</param>
    public Task<Reply<Subscription>> ReplayAsync(
        string id, StartPoint from, bool? skipUndelivered = null, CancellationToken cancel = default) =>
        _calls.PostAsync(
            Of(id, "replay"), Content.Of(new ReplayBody(from, skipUndelivered), ClientJson.Default.ReplayBody),
            ClientJson.Default.Subscription, cancel);

    public Task<Reply<SigningSecrets>> GetSecretsAsync(string id, CancellationToken cancel = default) =>
        _calls.GetAsync(Of(id, "secret"), ClientJson.Default.SigningSecrets, cancel);

    /// <summary>
    /// Changes the signing key. Both keys sign until the overlap is over. 409 <c>overlap-runs</c> while the overlap of an earlier change
    /// runs.
    /// </summary>
    /// <param name="secret">The new key; null to let Herald draw one.</param>
    /// <param name="overlap">How long the old key signs as well; null for 24 hours. Zero ends all old keys at once.</param>
    /// <param name="endOverlap">Whether the key from an earlier change may end now.</param>
    public Task<Reply<SigningSecrets>> RotateSecretAsync(
        string id, string? secret = null, TimeSpan? overlap = null, bool endOverlap = false, CancellationToken cancel = default) =>
        _calls.PostAsync(
            Of(id, "rotate-secret"),
            Content.Of(new RotateSecretBody(secret, overlap, endOverlap ? true : null), ClientJson.Default.RotateSecretBody),
            ClientJson.Default.SigningSecrets, cancel);

    /// <summary>Sends one signed test event to the endpoint.</summary>
    public Task<Reply<TestResult>> TestAsync(string id, CancellationToken cancel = default) =>
        _calls.PostAsync(Of(id, "test"), null, ClientJson.Default.TestResult, cancel);

    /// <summary>How far the subscription is behind.</summary>
    public Task<Reply<Lag>> GetLagAsync(string id, CancellationToken cancel = default) =>
        _calls.GetAsync(Of(id, "lag"), ClientJson.Default.Lag, cancel);

    /// <summary>A page of the unsettled deliveries that are in memory.</summary>
    public Task<Reply<Page<Delivery>>> ListDeliveriesAsync(
        string id, PageRequest page = default, CancellationToken cancel = default) =>
        _calls.GetAsync(
            Address.WithQuery(Of(id, "deliveries"), page.LimitParameter, page.CursorParameter), ClientJson.Default.PageDelivery, cancel);

    /// <summary>All unsettled deliveries that are in memory.</summary>
    /// <exception cref="HeraldException">A page was refused.</exception>
    public IAsyncEnumerable<Delivery> AllDeliveriesAsync(string id, CancellationToken cancel = default) =>
        AllPages.ReadAsync<Delivery>((page, token) => ListDeliveriesAsync(id, page, token), cancel);

    /// <summary>A page of the keys that wait because their oldest event failed.</summary>
    public Task<Reply<Page<BlockedKey>>> ListBlockedKeysAsync(
        string id, PageRequest page = default, CancellationToken cancel = default) =>
        _calls.GetAsync(
            Address.WithQuery(Of(id, "blocked-keys"), page.LimitParameter, page.CursorParameter),
            ClientJson.Default.PageBlockedKey, cancel);

    /// <summary>All keys that wait because their oldest event failed.</summary>
    /// <exception cref="HeraldException">A page was refused.</exception>
    public IAsyncEnumerable<BlockedKey> AllBlockedKeysAsync(string id, CancellationToken cancel = default) =>
        AllPages.ReadAsync<BlockedKey>((page, token) => ListBlockedKeysAsync(id, page, token), cancel);

    /// <summary>Lets a held key continue. 409 <c>not-held</c> when nothing is held there.</summary>
    /// <param name="shard">As in <see cref="BlockedKey.Shard"/>.</param>
    /// <param name="sequence">As in <see cref="BlockedKey.Sequence"/>.</param>
    /// <param name="discard">True gives the event up. False tries it again.</param>
    public Task<Reply> ReleaseAsync(string id, int shard, long sequence, bool discard = false, CancellationToken cancel = default) =>
        _calls.SendAsync(
            HttpMethod.Post, Of(id, "blocked-keys/release"),
            Content.Of(new ReleaseBody(shard, sequence, discard ? true : null), ClientJson.Default.ReleaseBody), null, cancel);

    private static string Of(string id) => $"{Path}/{Address.Escape(id)}";

    private static string Of(string id, string part) => $"{Of(id)}/{part}";
}
