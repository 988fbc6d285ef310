using System.Text;
using System.Text.RegularExpressions;
using Herald.Email.Hosting;
using Herald.Engine.Channels;
using Herald.Hosting;
using Herald.Hosting.Settings;
using Herald.Messages;
using Herald.Messages.Reading;
using Herald.Outbound;
using Herald.TestKit.Documentation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Herald.Email.Tests;

public sealed class SettingTests
{
    private static readonly EmailProviderOptions Good = new() { Host = "mail.example.com", From = "herald@example.com" };

    [Fact]
    public void A_provider_with_a_host_and_a_sender_is_enough() => Assert.Empty(Check(Good));

    [Theory]
    [InlineData(MailSecurity.Starttls, 587)]
    [InlineData(MailSecurity.Tls, 465)]
    [InlineData(MailSecurity.None, 25)]
    public void The_port_follows_from_the_encryption(MailSecurity security, int port)
    {
        Assert.Equal(port, (Good with { Security = security }).PortOrDefault);
        Assert.Equal(2525, (Good with { Security = security, Port = 2525 }).PortOrDefault);
    }

    [Fact]
    public void What_does_not_fit_together_is_refused_with_the_name_of_the_setting()
    {
        Refuses(Good with { Password = "x" }, "email.providers.main.user", "needs a user");
        Refuses(Good with { User = "ann" }, "email.providers.main.password", "exactly one of password and passwordFile");
        Refuses(Good with { User = "ann", Auth = MailAuthentication.Xoauth2 }, "email.providers.main.token", "exactly one of token");
        Refuses(
            Good with { User = "ann", Auth = MailAuthentication.Xoauth2, Token = "x", TokenFile = "y" },
            "email.providers.main.token", "exactly one of token");
        Refuses(Good with { User = "ann", Password = "x", Security = MailSecurity.None }, "email.providers.main.security", "encrypted");
        Refuses(Good with { Then = "backup" }, "email.providers.main.then", "email.providers.backup");
        Refuses(Good with { Then = "main" }, "email.providers.main.then", "lead back");
        Refuses(Good with { From = "nobody" }, "email.providers.main.from", "A mail address such as");
        Refuses(Good with { From = "änn@example.com" }, "email.providers.main.from", "before @ is in ASCII");
        Refuses(Good with { Host = "a b" }, "email.providers.main.host", "A host name such as");
        Refuses(Good with { Host = "" }, "email.providers.main.host", "A host name such as");
    }

    [Fact]
    public void Secrets_are_never_shown()
    {
        var errors = Check(Good with { User = "ann", Password = "hunter2", Token = "hunter2", Security = MailSecurity.None, Host = "a b" });
        Assert.NotEmpty(errors);
        Assert.DoesNotContain("hunter2", string.Join('\n', errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("passwordFile", "/nowhere/password", "email.providers.main.passwordFile: The file '/nowhere/password' cannot be read")]
    [InlineData("passwordFile", "", "email.providers.main.passwordFile: The file '' cannot be read")]
    [InlineData("tokenFile", "/nowhere/token", "email.providers.main.tokenFile: The file '/nowhere/token' cannot be read")]
    [InlineData("caFile", "/nowhere/ca.pem", "email.providers.main.caFile: The CA file /nowhere/ca.pem cannot be read")]
    [InlineData("caFile", "", "email.providers.main.caFile: The CA file  cannot be read")]
    [InlineData("passwordFile", null, "is empty. Write the secret into it.")]
    public void A_file_that_cannot_be_used_is_found_at_the_start(string setting, string? file, string words)
    {
        file ??= Path.GetTempFileName();
        var failure = Assert.Throws<ServerStartException>(() => EmailFiles.Check("main", setting switch
        {
            "passwordFile" => Good with { User = "ann", PasswordFile = file },
            "tokenFile" => Good with { User = "ann", TokenFile = file, Auth = MailAuthentication.Xoauth2 },
            _ => Good with { CaFile = file },
        }));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_with_such_a_file_does_not_start()
    {
        var settings = Path.GetTempFileName();
        File.WriteAllText(settings, """
            {"email": {"providers": {"main": {
              "host": "mail.example.com", "from": "herald@example.com", "user": "ann", "passwordFile": "/nowhere/password"}}}}
            """);
        var (module, services) = (new EmailModule(), new ServiceCollection());
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(Options.Create(new OutboundOptions()));
        services.AddSingleton(new Dialler(new OutboundOptions(), TimeProvider.System));
        module.AddServices(services, new SettingSet(module.Sections).Load(new() { File = settings }).Options);
        using var provider = services.BuildServiceProvider();
        Assert.Throws<ServerStartException>(() => provider.GetRequiredService<IChannel>());
        File.Delete(settings);
    }

    [Fact]
    public void The_rule_for_recipients_is_there_without_any_server()
    {
        var (module, services) = (new EmailModule(), new ServiceCollection());
        module.AddServices(services, new SettingSet(module.Sections).Load(new()).Options);
        Assert.DoesNotContain(services, service => service.ServiceType == typeof(IChannel));
        using var provider = services.BuildServiceProvider();
        var check = provider.GetRequiredService<IRecipientCheck>();
        Assert.Equal(Destination.Email, check.Kind);
        Assert.Null(check.Refuse("Ann <ann@example.com>"));
        Assert.Equal("Write one mail address, such as ann@example.com or Ann <ann@example.com>.", check.Refuse("ann"));
    }

    /// <summary>Settings in docs/email.md are read as a file of settings, and messages as messages.</summary>
    [Fact]
    public async Task Every_example_in_the_documentation_is_right()
    {
        var page = await CommittedDocs.ReadAsync("email.md", TestContext.Current.CancellationToken);
        var examples = Regex.Matches(page, "```json\n(.*?)```", RegexOptions.Singleline).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(4, examples.Count);
        foreach (var example in examples)
        {
            if (!example.Contains("\"providers\"", StringComparison.Ordinal))
            {
                Assert.Null(MessageReader.Read(Encoding.UTF8.GetBytes(example), "msg_1").Problem);
                continue;
            }
            var file = Path.GetTempFileName();
            await File.WriteAllTextAsync(file, example, TestContext.Current.CancellationToken);
            var loaded = new SettingSet(new EmailModule().Sections).Load(new() { File = file });
            Assert.Empty(loaded.Errors);
            Assert.NotEmpty(loaded.Options.Get<EmailOptions>().Providers);
            File.Delete(file);
        }
    }

    private static void Refuses(EmailProviderOptions options, string setting, string rule)
    {
        var error = Assert.Single(Check(options));
        Assert.Equal(setting, error.Setting);
        Assert.Contains(rule, error.Rule, StringComparison.Ordinal);
    }

    private static IReadOnlyList<SettingError> Check(EmailProviderOptions options)
    {
        var section = Assert.IsType<SettingSection<EmailOptions>>(Assert.Single(new EmailModule().Sections));
        return section.Check(new() { Providers = new Dictionary<string, EmailProviderOptions> { ["main"] = options } });
    }
}
