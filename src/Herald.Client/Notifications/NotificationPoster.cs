namespace Herald.Client;

/// <summary>
/// Posts many notifications. A request whose outcome is unknown is sent again with the same uuids, so each has its effect once.
/// </summary>
/// <param name="client">Called for every try. With several servers, another one can answer then.</param>
/// <param name="patience">How long one request is retried. After that, the caller gets the last answer or exception.</param>
public sealed class NotificationPoster(Func<HeraldClient> client, TimeSpan patience, TimeProvider time)
{
    private readonly PatientCalls _calls = new(patience, time);

    /// <summary>How often a request was sent again.</summary>
    public long Retries => _calls.Retries;

    public Task<Reply<PostAnswer>> SendAsync(IReadOnlyList<NewNotification> notifications, CancellationToken cancel = default) =>
        _calls.SendAsync(
            () => client().Notifications.PostAsync(notifications, cancel),
            answer => answer.Results.Any(result => result.Problem?.Code is "no-room" or "store-unavailable" or "front-unavailable"), cancel);
}
