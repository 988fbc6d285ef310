namespace Herald.Client;

/// <summary><c>/v1/alarms</c></summary>
public sealed class AlarmsClient
{
    private readonly Calls _calls;

    internal AlarmsClient(Calls calls) => _calls = calls;

    /// <summary>A user's alarms, with what the next digest contains.</summary>
    public Task<Reply<AlarmUser>> GetUserAsync(string user, CancellationToken cancel = default) =>
        _calls.GetAsync($"/v1/alarms/users/{Address.Escape(user)}", ClientJson.Default.AlarmUser, cancel);
}
