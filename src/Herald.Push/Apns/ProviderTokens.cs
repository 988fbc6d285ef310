using Herald.Messages;
using Herald.Push.Keys;

namespace Herald.Push.Apns;

/// <summary>
/// The signed token of one key. Apple refuses tokens older than an hour, and a token that is renewed more often than every 20 minutes on
/// one connection.
/// </summary>
internal sealed class ProviderTokens(KeptFile<ApnsKey> file, string keyId, string teamId, TimeProvider time)
{
    private static readonly TimeSpan UsedFor = TimeSpan.FromMinutes(50), LeastAge = TimeSpan.FromMinutes(20);

    private readonly Lock _gate = new();
    private Token? _token;

    /// <summary>The value of <c>authorization</c>.</summary>
    public string Current()
    {
        var key = file.Current;
        lock (_gate)
        {
            if (_token is null || _token.Key != key || IsOld(_token))
                _token = Sign(key);
            return _token.Header;
        }
    }

    /// <summary>Apple has refused a token. The key is read again.</summary>
    /// <returns>Whether <see cref="Current"/> gives another token now.</returns>
    public async ValueTask<bool> RenewAsync(string refused, CancellationToken cancel)
    {
        var key = await file.RereadAsync(cancel).ConfigureAwait(false);
        lock (_gate)
        {
            if (_token is null || _token.Header != refused || _token.Key != key)
                return true;
            if (time.GetElapsedTime(_token.Made) < LeastAge)
                return false;
            _token = null;
            return true;
        }
    }

    private Token Sign(ApnsKey key)
    {
        var issued = time.GetUtcNow();
        var signed = Jwt.WithEs256(key.Key, keyId, claims =>
        {
            claims.WriteString("iss", teamId);
            claims.WriteNumber("iat", issued.ToUnixTimeSeconds());
        });
        return new(key, $"bearer {signed}", time.GetTimestamp(), issued);
    }

    /// <summary>Apple counts by its clock: after this machine's clock was set forward, the token is older than time has passed.</summary>
    private bool IsOld(Token token)
    {
        var passed = time.GetElapsedTime(token.Made);
        return passed >= UsedFor || (passed >= LeastAge && time.GetUtcNow() - token.Issued >= UsedFor);
    }

    private sealed record Token(ApnsKey Key, string Header, long Made, DateTimeOffset Issued);
}
