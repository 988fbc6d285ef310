using Herald.Email.Mails;
using Herald.Email.Smtp;
using Herald.Engine.Channels;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Messages;
using Herald.Outbound;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Herald.Email.Hosting;

/// <summary>
/// Email as a module: a channel over all mail servers of the settings. Without any there is only the rule for recipients.
/// </summary>
public sealed class EmailModule : IModule
{
    public string Name => "email";

    public IReadOnlyList<SettingSection> Sections =>
        [new SettingSection<EmailOptions>("email", "Email", () => new()) { Rules = EmailRules.Broken }];

    public void AddServices(IServiceCollection services, BoundOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var email = options.Get<EmailOptions>();
        services.AddSingleton<IRecipientCheck, MailRecipientCheck>();
        if (email.Providers.Count == 0)
            return;
        services.AddSingleton<IChannel>(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            var guarded = provider.GetRequiredService<Dialler>();
            var unguarded = new Dialler(provider.GetRequiredService<IOptions<OutboundOptions>>().Value with { Guard = false }, time);
            foreach (var (name, one) in email.Providers)
                EmailFiles.Check(name, one);
            var providers = email.Providers.Select(
                one => new SmtpProvider(one.Key, one.Value, one.Value.PrivateNetwork ? unguarded : guarded, time));
            return new EmailChannel([.. providers], time, provider.GetRequiredService<ILogger<EmailChannel>>());
        });
    }
}
