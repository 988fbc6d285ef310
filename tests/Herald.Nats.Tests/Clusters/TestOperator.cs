using System.Text;
using System.Text.Json.Nodes;
using NATS.NKeys;

namespace Herald.Nats.Tests.Clusters;

/// <summary>An operator with one account, which signs users. It is what <c>nsc</c> makes, with limits of nothing.</summary>
internal sealed class TestOperator
{
    private readonly KeyPair _operator = KeyPair.CreatePair(PrefixByte.Operator), _account = KeyPair.CreatePair(PrefixByte.Account);

    /// <summary>The lines of a server's configuration by which it trusts this operator alone.</summary>
    public string ServerSettings
    {
        get
        {
            var ownToken = Sign(_operator, _operator, "operator", []);
            var limits = new JsonObject();
            foreach (var name in new[] { "subs", "data", "payload", "imports", "exports", "conn", "leaf" })
                limits[name] = -1;
            limits["wildcards"] = true;
            var accountToken = Sign(_operator, _account, "account", new() { ["limits"] = limits });
            return $$"""
                operator: "{{ownToken}}"
                resolver: MEMORY
                resolver_preload: { {{_account.GetPublicKey()}}: "{{accountToken}}" }
                """;
        }
    }

    /// <summary>The text of a credentials file for a new user.</summary>
    public string NewCredentials()
    {
        var user = KeyPair.CreatePair(PrefixByte.User);
        return $"""
            -----BEGIN NATS USER JWT-----
            {Sign(_account, user, "user", new() { ["subs"] = -1, ["data"] = -1, ["payload"] = -1 })}
            ------END NATS USER JWT------

            -----BEGIN USER NKEY SEED-----
            {user.GetSeed()}
            ------END USER NKEY SEED------
            """;
    }

    private static string Sign(KeyPair signer, KeyPair subject, string type, JsonObject claims)
    {
        claims["type"] = type;
        claims["version"] = 2;
        var all = new JsonObject { ["jti"] = type, ["iat"] = 0, ["iss"] = signer.GetPublicKey(), ["name"] = type, ["sub"] = subject.GetPublicKey(), ["nats"] = claims };
        var text = $"{Encode("""{"typ":"JWT","alg":"ed25519-nkey"}"""u8)}.{Encode(Encoding.UTF8.GetBytes(all.ToJsonString()))}";
        var signature = new byte[64];
        signer.Sign(Encoding.ASCII.GetBytes(text), signature);
        return $"{text}.{Encode(signature)}";
    }

    private static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
