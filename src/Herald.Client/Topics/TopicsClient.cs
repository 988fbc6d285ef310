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

    /// <summary>All topics, by name.</summary>
    /// <exception cref="HeraldException">A page was refused.</exception>
    public IAsyncEnumerable<Topic> AllAsync(CancellationToken cancel = default) => AllPages.ReadAsync<Topic>(ListAsync, cancel);

    /// <summary>Creates a topic. It can be repeated: 201 when the topic is new, then 200.</summary>
    public Task<Reply<Topic>> PutAsync(string topic, Precondition? only = null, CancellationToken cancel = default) =>
        _calls.SendAsync(HttpMethod.Put, Of(topic), null, only, ClientJson.Default.Topic, cancel);

    public Task<Reply<Topic>> GetAsync(string topic, CancellationToken cancel = default) =>
        _calls.GetAsync(Of(topic), ClientJson.Default.Topic, cancel);

    /// <param name="force">Also when the topic has subscriptions: they are deleted with it.</param>
    public Task<Reply> DeleteAsync(string topic, bool force = false, Precondition? only = null, CancellationToken cancel = default) =>
        _calls.SendAsync(HttpMethod.Delete, Address.WithQuery(Of(topic), ("force", force ? "true" : null)), null, only, cancel);

    private static string Of(string topic) => $"{Path}/{Address.Escape(topic)}";
}
