using System.Diagnostics.CodeAnalysis;
using Herald.Engine.Basics;
using Herald.Messages.Providers;

namespace Herald.Email;

/// <summary>The options of email. Without a provider there is no channel for email.</summary>
public sealed record EmailOptions
{
    [SettingMap<EmailProviderOptions, ProviderName>("The mail servers that send mails, by name. Endpoints use these names.")]
    public IReadOnlyDictionary<string, EmailProviderOptions> Providers
    {
        [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(EmailProviderOptions))]
        get;
        init;
    } = new Dictionary<string, EmailProviderOptions>();
}
