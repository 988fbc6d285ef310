namespace Herald.Client;

/// <summary>Health, metrics and backups of a server.</summary>
public sealed class OperationsClient
{
    private readonly Calls _calls, _patient;

    /// <param name="patient">Waits for an answer for as long as it takes.</param>
    internal OperationsClient(Calls calls, Calls patient) => (_calls, _patient) = (calls, patient);

    /// <summary><c>/healthz</c>: whether the process works. 503 means: restart it.</summary>
    public Task<Reply<Health>> GetHealthAsync(CancellationToken cancel = default) =>
        _calls.GetAsync("/healthz", ClientJson.Default.Health, cancel);

    /// <summary><c>/readyz</c>: whether the server takes requests. 503 while it stops or has failed.</summary>
    public Task<Reply<Health>> GetReadinessAsync(CancellationToken cancel = default) =>
        _calls.GetAsync("/readyz", ClientJson.Default.Health, cancel);

    /// <summary><c>/metrics</c>: the metrics at this moment.</summary>
    public async Task<Reply<MetricsPage>> GetMetricsAsync(CancellationToken cancel = default)
    {
        var reply = await _calls.SendAsync(HttpMethod.Get, "/metrics", null, null, cancel);
        return new(reply, () => (reply.Succeeded ? new MetricsPage(reply.Text) : null, null));
    }

    /// <summary>
    /// Copies the store while the server runs. The copy is a data directory itself. This call can take long, and waits without a bound,
    /// unless the client was given an <see cref="HttpClient"/> with one. <paramref name="cancel"/> ends the copying too.
    /// </summary>
    /// <param name="directory">An absolute path on the server's machine, of a new or empty directory.</param>
    public Task<Reply<Backup>> BackupAsync(string directory, CancellationToken cancel = default) =>
        _patient.PostAsync(
            "/v1/backup", Content.Of(new Backup { Directory = directory }, ClientJson.Default.Backup), ClientJson.Default.Backup, cancel);
}
