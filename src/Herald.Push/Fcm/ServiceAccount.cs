using System.Security.Cryptography;
using System.Text.Json;

namespace Herald.Push.Fcm;

/// <summary>A service account of Google, as its console gives it in a file of JSON.</summary>
internal sealed class ServiceAccount
{
    private const string Expected =
        "It must be the JSON file of a service account. The Firebase console makes it: project settings, service accounts.";

    private ServiceAccount(string project, string email, string? keyId, RSA key, Uri tokenUri) =>
        (Project, Email, KeyId, Key, TokenUri) = (project, email, keyId, key, tokenUri);

    public string Project { get; }

    public string Email { get; }

    public string? KeyId { get; }

    public RSA Key { get; }

    /// <summary>Where the account gets access tokens.</summary>
    public Uri TokenUri { get; }

    /// <exception cref="InvalidDataException">The file is not one of a service account.</exception>
    public static ServiceAccount Read(byte[] content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return Read(document.RootElement);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException(Expected, failure);
        }
    }

    private static ServiceAccount Read(JsonElement root)
    {
        var type = Text(root, "type");
        if (type != "service_account")
            throw new InvalidDataException($"type is '{type}', not 'service_account'. {Expected}");
        var uri = Text(root, "token_uri");
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var tokenUri) || !ServiceUrl.IsSafe(tokenUri))
            throw new InvalidDataException("token_uri is not an https:// address.");
        return new(
            Text(root, "project_id"), Text(root, "client_email"),
            root.TryGetProperty("private_key_id", out var id) ? id.GetString() : null, ReadKey(Text(root, "private_key")), tokenUri);
    }

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : throw new InvalidDataException($"{name} is missing. {Expected}");

    private static RSA ReadKey(string pem)
    {
        var key = RSA.Create();
        try
        {
            key.ImportFromPem(pem);
            // A public key has nothing to export.
            key.ExportParameters(true);
            return key;
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidDataException("private_key is not a private RSA key in PEM.", failure);
        }
    }
}
