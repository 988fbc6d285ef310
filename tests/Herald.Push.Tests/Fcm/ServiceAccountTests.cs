using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Herald.LocalServers.Push;
using Herald.Push.Fcm;

namespace Herald.Push.Tests.Fcm;

public sealed class ServiceAccountTests
{
    [Fact]
    public async Task The_file_of_an_account_is_read()
    {
        await using var fcm = await FakePushService.StartAsync(new FakeFcm(TimeProvider.System));

        var account = ServiceAccount.Read(Encoding.UTF8.GetBytes(fcm.AccountFile));

        Assert.Equal((FakeFcm.Project, FakeFcm.Email, "key-1"), (account.Project, account.Email, account.KeyId));
    }

    [Theory]
    [InlineData("type", null, "type is missing")]
    [InlineData("type", "\"authorized_user\"", "type is 'authorized_user', not 'service_account'")]
    [InlineData("project_id", null, "project_id is missing")]
    [InlineData("project_id", "\"\"", "project_id is missing")]
    [InlineData("project_id", "7", "project_id is missing")]
    [InlineData("client_email", null, "client_email is missing")]
    [InlineData("private_key", null, "private_key is missing")]
    [InlineData("private_key", "\"no key\"", "private_key is not a private RSA key in PEM")]
    [InlineData("private_key", "\"PUBLIC\"", "private_key is not a private RSA key in PEM")]
    [InlineData("token_uri", "\"http://example.com/token\"", "token_uri is not an https:// address")]
    [InlineData("token_uri", null, "token_uri is missing")]
    public async Task A_field_that_is_wrong_is_named(string field, string? value, string told)
    {
        await using var fcm = await FakePushService.StartAsync(new FakeFcm(TimeProvider.System));
        var file = fcm.Account();
        file.Remove(field);
        if (value is not null)
            file[field] = value == "\"PUBLIC\"" ? PublicKey() : JsonNode.Parse(value);

        var failure = Assert.Throws<InvalidDataException>(() => ServiceAccount.Read(Encoding.UTF8.GetBytes(file.ToJsonString())));
        Assert.Contains(told, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"type\": \"service")]
    public void What_is_no_account_is_refused(string content)
    {
        var failure = Assert.Throws<InvalidDataException>(() => ServiceAccount.Read(Encoding.UTF8.GetBytes(content)));
        Assert.Contains("It must be the JSON file of a service account", failure.Message, StringComparison.Ordinal);
    }

    private static JsonValue PublicKey()
    {
        using var key = RSA.Create(2048);
        return JsonValue.Create(key.ExportSubjectPublicKeyInfoPem());
    }
}
