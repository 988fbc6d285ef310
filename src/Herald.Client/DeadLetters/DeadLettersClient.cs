namespace Herald.Client;

/// <summary><c>/v1/dead-letters</c></summary>
public sealed class DeadLettersClient
{
    private const string Path = "/v1/dead-letters";
    private readonly Calls _calls;

    internal DeadLettersClient(Calls calls) => _calls = calls;

    /// <summary>A page of the dead letters, oldest first.</summary>
    /// <param name="subscription">Only those of this subscription.</param>
    /// <param name="topic">Only those of this topic.</param>
    public Task<Reply<Page<DeadLetter>>> ListAsync(
        string? subscription = null, string? topic = null, PageRequest page = default, CancellationToken cancel = default) =>
        _calls.GetAsync(
            Address.WithQuery(Path, page.LimitParameter, page.CursorParameter, ("subscription", subscription), ("topic", topic)),
            ClientJson.Default.PageDeadLetter, cancel);

    /// <summary>All dead letters, oldest first.</summary>
    /// <param name="subscription">Only those of this subscription.</param>
    /// <param name="topic">Only those of this topic.</param>
    /// <exception cref="HeraldException">A page was refused.</exception>
    public IAsyncEnumerable<DeadLetter> AllAsync(string? subscription = null, string? topic = null, CancellationToken cancel = default) =>
        AllPages.ReadAsync<DeadLetter>((page, token) => ListAsync(subscription, topic, page, token), cancel);

    public Task<Reply<DeadLetter>> GetAsync(string id, CancellationToken cancel = default) =>
        _calls.GetAsync(Of(id), ClientJson.Default.DeadLetter, cancel);

    /// <summary>Sends a dead letter again, at the end of its key.</summary>
    public Task<Reply<DeadLetterCount>> RedriveAsync(string id, CancellationToken cancel = default) =>
        _calls.PostAsync($"{Of(id)}/redrive", null, ClientJson.Default.DeadLetterCount, cancel);

    /// <summary>Sends dead letters again, at the end of their keys.</summary>
    public Task<Reply<DeadLetterCount>> RedriveAsync(DeadLetterSelection which, CancellationToken cancel = default) =>
        _calls.PostAsync($"{Path}/redrive", Of(which), ClientJson.Default.DeadLetterCount, cancel);

    /// <summary>Removes a dead letter.</summary>
    public Task<Reply<DeadLetterCount>> DiscardAsync(string id, CancellationToken cancel = default) =>
        _calls.PostAsync($"{Of(id)}/discard", null, ClientJson.Default.DeadLetterCount, cancel);

    /// <summary>Removes dead letters.</summary>
    public Task<Reply<DeadLetterCount>> DiscardAsync(DeadLetterSelection which, CancellationToken cancel = default) =>
        _calls.PostAsync($"{Path}/discard", Of(which), ClientJson.Default.DeadLetterCount, cancel);

    private static string Of(string id) => $"{Path}/{Address.Escape(id)}";

    private static ReadOnlyMemoryContent Of(DeadLetterSelection which) =>
        Content.Of(which.Body, ClientJson.Default.DeadLetterSelectionBody);
}
