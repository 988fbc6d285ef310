using Herald.Engine.Channels;
using Herald.Messages;

namespace Herald.Push.Fcm;

/// <summary>
/// The access token of one account. It is renewed before it ends, while the old one is still in use, and never twice at the same time.
/// </summary>
internal sealed class AccessTokens(KeptFile<ServiceAccount> file, TokenEndpoint endpoint, TimeProvider time)
{
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(5), RenewAgainAfter = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();

    // Used only under the lock.
    private AccessToken? _token;
    private (ServiceAccount Account, Task<AccessToken> Task)? _renewal;
    private long _asked;

    /// <param name="patience">How long to wait for a token when there is none.</param>
    public async ValueTask<AccessToken> GetAsync(TimeSpan patience, CancellationToken cancel)
    {
        var account = file.Current;
        Task<AccessToken> renewal;
        lock (_gate)
        {
            if (_token is { } token && token.Account == account && LeftOf(token) is var left && left > TimeSpan.Zero)
            {
                if (left < Earlier(RenewBefore, token.Lifetime / 4) && time.GetElapsedTime(_asked) >= RenewAgainAfter)
                    Renew_NeedsLock(account);
                return token;
            }
            renewal = Renew_NeedsLock(account);
        }
        // WaitAsync with a time-out would stop its timer only after its caller has gone on.
        using var end = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancel);
        try
        {
            return await renewal.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            var host = account.TokenUri.Host;
            return new(account) { Failure = AttemptResult.Troubled(AttemptStage.Connect, $"{host} gave no access token in time") };
        }
    }

    /// <summary>The service has refused the token. It is not used again, and the account is read again.</summary>
    public async ValueTask RefuseAsync(AccessToken refused, CancellationToken cancel)
    {
        await file.RereadAsync(cancel).ConfigureAwait(false);
        lock (_gate)
        {
            if (ReferenceEquals(_token, refused))
                _token = null;
        }
    }

    private Task<AccessToken> Renew_NeedsLock(ServiceAccount account)
    {
        if (_renewal is { } under && under.Account == account && !under.Task.IsCompleted)
            return under.Task;
        _asked = time.GetTimestamp();
        var task = RenewAsync(account);
        _renewal = (account, task);
        return task;
    }

    private async Task<AccessToken> RenewAsync(ServiceAccount account)
    {
        // Whoever holds the lock must not run the request.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var token = await endpoint.AskAsync(account).ConfigureAwait(false);
        if (token.Text is null)
        {
            await file.RereadAsync(CancellationToken.None).ConfigureAwait(false);
            return token;
        }
        lock (_gate)
            _token = token;
        return token;
    }

    private TimeSpan LeftOf(AccessToken token) => token.Lifetime - time.GetElapsedTime(token.Made);

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
