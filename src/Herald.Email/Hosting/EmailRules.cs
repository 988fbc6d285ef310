using Herald.Engine.Basics;
using Herald.Messages.Providers;

namespace Herald.Email.Hosting;

/// <summary>The rules between the settings of email.</summary>
internal static class EmailRules
{
    public static IEnumerable<SettingProblem> Broken(EmailOptions options) =>
        ProviderRules.Broken("email", options.Providers)
            .Concat(options.Providers.SelectMany(provider => Broken(provider.Key, provider.Value)));

    private static IEnumerable<SettingProblem> Broken(string name, EmailProviderOptions options)
    {
        var provider = $"providers.{name}";
        var needsToken = options.Auth == MailAuthentication.Xoauth2;
        if (options.User is null && (options.Password ?? options.PasswordFile ?? options.Token ?? options.TokenFile) is not null)
            yield return new($"{provider}.user", "A password or a token needs a user. Set it, or remove the password or the token.");
        if (options.User is null)
            yield break;
        if (options.Security == MailSecurity.None)
        {
            yield return new($"{provider}.security", "A user needs an encrypted connection. Write starttls or tls, or remove the user.")
            {
                Others = [$"{provider}.user"],
            };
        }
        if (!needsToken && (options.Password is null) == (options.PasswordFile is null))
        {
            yield return new(
                $"{provider}.password", "The user needs exactly one of password and passwordFile, or xoauth2 as auth with a token.");
        }
        if (needsToken && (options.Token is null) == (options.TokenFile is null))
            yield return new($"{provider}.token", "With xoauth2, the user needs exactly one of token and tokenFile.");
    }
}
