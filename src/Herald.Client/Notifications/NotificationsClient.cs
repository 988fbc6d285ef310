namespace Herald.Client;

/// <summary><c>/v1/notifications</c> and <c>/v1/suppressions</c></summary>
public sealed class NotificationsClient
{
    private const string Path = "/v1/notifications", SuppressionsPath = "/v1/suppressions";
    private readonly Calls _calls;

    internal NotificationsClient(Calls calls) => _calls = calls;

    /// <summary>Tells somebody something. An unknown outcome is no harm: post it again with the same uuid.</summary>
    public Task<Reply<PostedNotification>> PostAsync(NewNotification notification, CancellationToken cancel = default) =>
        _calls.PostAsync(
            Path, Content.Of(notification, ClientJson.Default.NewNotification), ClientJson.Default.PostedNotification, cancel);

    /// <summary>Posts many. Each has a result of its own.</summary>
    public Task<Reply<PostAnswer>> PostAsync(IReadOnlyList<NewNotification> notifications, CancellationToken cancel = default) =>
        _calls.PostAsync(
            Path, Content.Of(notifications, ClientJson.Default.IReadOnlyListNewNotification), ClientJson.Default.PostAnswer, cancel);

    public Task<Reply<Notification>> GetAsync(Guid uuid, CancellationToken cancel = default) =>
        _calls.GetAsync(Of(uuid), ClientJson.Default.Notification, cancel);

    /// <summary>A page of notifications, newest first.</summary>
    public Task<Reply<Page<Notification>>> ListAsync(
        NotificationSelection? which = null, PageRequest page = default, CancellationToken cancel = default) =>
        _calls.GetAsync(
            Address.WithQuery(Path, [page.LimitParameter, page.CursorParameter, .. (which ?? NotificationSelection.All).Parameters]),
            ClientJson.Default.PageNotification, cancel);

    /// <summary>All notifications, newest first.</summary>
    /// <exception cref="HeraldException">A page was refused.</exception>
    public IAsyncEnumerable<Notification> AllAsync(NotificationSelection? which = null, CancellationToken cancel = default) =>
        AllPages.ReadAsync<Notification>((page, token) => ListAsync(which, page, token), cancel);

    /// <summary>How many there are, by destination and status.</summary>
    public Task<Reply<NotificationCounts>> CountsAsync(CancellationToken cancel = default) =>
        _calls.GetAsync($"{Path}/counts", ClientJson.Default.NotificationCounts, cancel);

    /// <summary>Sends a failed one again. It stays FAILED until it is sent.</summary>
    public Task<Reply> RedriveAsync(Guid uuid, CancellationToken cancel = default) =>
        _calls.SendAsync(HttpMethod.Post, $"{Of(uuid)}/redrive", null, null, cancel);

    /// <summary>Says what became of a notification that another program sends.</summary>
    public Task<Reply> SetResultAsync(Guid uuid, bool isProcessed, string? detail = null, CancellationToken cancel = default) =>
        _calls.SendAsync(
            HttpMethod.Post, $"{Of(uuid)}/result",
            Content.Of(new ResultBody(isProcessed ? "PROCESSED" : "FAILED", detail), ClientJson.Default.ResultBody), null, cancel);

    /// <summary>A page of the recipients to whom nothing is sent.</summary>
    public Task<Reply<Page<Suppression>>> SuppressionsAsync(PageRequest page = default, CancellationToken cancel = default) =>
        _calls.GetAsync(
            Address.WithQuery(SuppressionsPath, page.LimitParameter, page.CursorParameter), ClientJson.Default.PageSuppression, cancel);

    /// <summary>Why nothing is sent to a recipient.</summary>
    public Task<Reply<Suppression>> GetSuppressionAsync(string recipient, CancellationToken cancel = default) =>
        _calls.GetAsync(OfSuppression(recipient), ClientJson.Default.Suppression, cancel);

    /// <summary>Nothing is sent to a recipient from now on.</summary>
    /// <param name="recipient">A person as <c>user:NAME</c>, or an address with its destination, such as <c>sms:+4915112345678</c>.</param>
    /// <param name="reason">Null: <c>opted-out</c>.</param>
    public Task<Reply> SuppressAsync(string recipient, string? reason = null, CancellationToken cancel = default) =>
        _calls.SendAsync(
            HttpMethod.Put, OfSuppression(recipient), Content.Of(new SuppressionBody(reason), ClientJson.Default.SuppressionBody), null, cancel);

    /// <summary>Ends a suppression.</summary>
    public Task<Reply> AllowAsync(string recipient, CancellationToken cancel = default) =>
        _calls.SendAsync(HttpMethod.Delete, OfSuppression(recipient), null, null, cancel);

    private static string Of(Guid uuid) => $"{Path}/{uuid:D}";

    private static string OfSuppression(string recipient) => $"{SuppressionsPath}/{Address.Escape(recipient)}";
}
