using System.Text.Json.Nodes;

namespace Herald.Client;

/// <summary><c>/v1/topics</c></summary>
public sealed class TopicsClient
{
    private const string Path = "/v1/topics";
    private readonly Calls _calls;

    internal TopicsClient(Calls calls) => _calls = calls;

    /// <summary>A page of the topics, by name.</summary>
    public Task<Reply<Page<Topic>>> ListAsync(PageRequest page = default, CancellationToken cancel = default) =>
        _calls.GetAsync(Address.WithQuery(Path, page.LimitParameter, page.CursorParameter), ClientJson.Default.PageTopic, cancel);

    /// <summary>
    /// A page of the topics that have all of these labels, by name. It can have fewer topics than the limit, and not be the last one.
    /// </summary>
    public Task<Reply<Page<Topic>>> ListAsync(
        IReadOnlyDictionary<string, string> labels, PageRequest page = default, CancellationToken cancel = default) =>
        _calls.GetAsync(
            Address.WithQuery(Address.WithLabels(Path, labels), page.LimitParameter, page.CursorParameter), ClientJson.Default.PageTopic,
            cancel);

    /// <summary>All topics, by name.</summary>
    /// <exception cref="HeraldException">A page was refused.</exception>
    public IAsyncEnumerable<Topic> AllAsync(CancellationToken cancel = default) =>
        AllPages.ReadAsync<Topic>((page, token) => ListAsync(page, token), cancel);

    /// <summary>All topics that have all of these labels, by name.</summary>
    /// <exception cref="HeraldException">A page was refused.</exception>
    public IAsyncEnumerable<Topic> AllAsync(IReadOnlyDictionary<string, string> labels, CancellationToken cancel = default) =>
        AllPages.ReadAsync<Topic>((page, token) => ListAsync(labels, page, token), cancel);

    /// <summary>Creates a topic. It can be repeated: 201 when the topic is new, then 200.</summary>
    public Task<Reply<Topic>> PutAsync(string topic, Precondition? only = null, CancellationToken cancel = default) =>
        _calls.SendAsync(HttpMethod.Put, Of(topic), null, only, ClientJson.Default.Topic, cancel);

    /// <summary>Creates a topic with labels, or changes those of a topic that is there.</summary>
    public Task<Reply<Topic>> PutAsync(
        string topic, TopicDefinition definition, Precondition? only = null, CancellationToken cancel = default) =>
        _calls.SendAsync(
            HttpMethod.Put, Of(topic), Content.Of(definition, ClientJson.Default.TopicDefinition), only, ClientJson.Default.Topic, cancel);

    /// <summary>Changes labels of a topic.</summary>
    /// <param name="patch">A JSON merge patch (RFC 7396): null removes a label.</param>
    public Task<Reply<Topic>> PatchAsync(string topic, JsonObject patch, Precondition? only = null, CancellationToken cancel = default) =>
        _calls.SendAsync(HttpMethod.Patch, Of(topic), Content.Patch(patch), only, ClientJson.Default.Topic, cancel);

    public Task<Reply<Topic>> GetAsync(string topic, CancellationToken cancel = default) =>
        _calls.GetAsync(Of(topic), ClientJson.Default.Topic, cancel);

    /// <param name="force">Also when the topic has subscriptions: they are deleted with it.</param>
    public Task<Reply> DeleteAsync(string topic, bool force = false, Precondition? only = null, CancellationToken cancel = default) =>
        _calls.SendAsync(HttpMethod.Delete, Address.WithQuery(Of(topic), ("force", force ? "true" : null)), null, only, cancel);

    private static string Of(string topic) => $"{Path}/{Address.Escape(topic)}";
}
