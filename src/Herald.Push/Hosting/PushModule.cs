using Herald.Engine.Channels;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Messages;
using Herald.Messages.Providers;
using Herald.Outbound;
using Herald.Push.Apns;
using Herald.Push.Fcm;
using Herald.Push.Hosting.Commands;
using Herald.Push.WebPush;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Herald.Push.Hosting;

/// <summary>Push messages as a module: a channel for each kind of service that has a provider.</summary>
/// <remarks>The keys are read when the server starts, and an unusable one is an error at the start.</remarks>
public sealed class PushModule : IModule
{
    private const string WebPush = "webpush", Fcm = "fcm", Apns = "apns";

    public string Name => "push";

    public IReadOnlyList<SettingSection> Sections =>
    [
        new SettingSection<WebPushOptions>(WebPush, "Web Push", () => new())
        {
            Rules = options => ProviderRules.Broken(WebPush, options.Providers),
        },
        new SettingSection<FcmOptions>(Fcm, "Firebase Cloud Messaging", () => new())
        {
            Rules = options => ProviderRules.Broken(Fcm, options.Providers),
        },
        new SettingSection<ApnsOptions>(Apns, "Apple Push Notifications", () => new())
        {
            Rules = options => ProviderRules.Broken(Apns, options.Providers),
        },
    ];

    public IReadOnlyList<ModuleCommand> Commands(TimeProvider time) => [new(PushCommand.Create())];

    public void AddServices(IServiceCollection services, BoundOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.AddSingleton<IRecipientCheck, PushRecipientCheck>();
        Add(
            services, WebPush, "the browser's PushSubscription as JSON", BrowserSubscriptionReader.Refuse,
            options.Get<WebPushOptions>().Providers,
            (name, own, parts) => new WebPushProvider(
                name, own,
                new(parts.Keep($"{WebPush}.providers.{name}.keyFile", own.KeyFile, VapidKeys.Read), own.Subject, parts.Time),
                parts.Sender, parts.Time));
        Add(
            services, Fcm, "the registration token of a device", Push.Fcm.DeviceToken.Refuse, options.Get<FcmOptions>().Providers,
            (name, own, parts) => new FcmProvider(
                name, own,
                new(
                    parts.Keep($"{Fcm}.providers.{name}.accountFile", own.AccountFile, ServiceAccount.Read),
                    new(parts.Http, parts.Time), parts.Time),
                parts.Sender, parts.Time));
        Add(
            services, Apns, "the token of a device", Push.Apns.DeviceToken.Refuse, options.Get<ApnsOptions>().Providers,
            (name, own, parts) =>
            {
                var (tokens, http) = parts.Apple(name, own);
                return new ApnsProvider(name, own, tokens, new(http), parts.Time);
            });
    }

    private static void Add<TOptions>(
        IServiceCollection services, string scheme, string example, Func<string, string?> refuseTo,
        IReadOnlyDictionary<string, TOptions> providers, Func<string, TOptions, Parts, IProvider> create)
    {
        if (providers.Count == 0)
            return;
        services.AddSingleton<IChannel>(container =>
        {
            var parts = new Parts(
                container.GetRequiredService<HttpSender>(), container.GetRequiredService<TimeProvider>(),
                container.GetRequiredService<ILoggerFactory>().CreateLogger("Herald.Push"));
            var all = providers.Select(provider => create(provider.Key, provider.Value, parts)).ToList();
            return new PushChannel(scheme, example, refuseTo, all, parts.Owned, parts.Time, parts.Log);
        });
    }

    private sealed record Parts(HttpSender Http, TimeProvider Time, ILogger Log)
    {
        private readonly Dictionary<(string File, string KeyId, string TeamId), (ProviderTokens Tokens, HttpSender Http)> _apple = [];

        public List<IDisposable> Owned { get; } = [];

        /// <summary>With the connections of all channels.</summary>
        public PushSender Sender => new(Http);

        /// <summary>
        /// On one connection, Apple takes the tokens of one team only, and a new one at most every 20 minutes. So providers with the same
        /// key share its token and its connections, and others share neither.
        /// </summary>
        public (ProviderTokens Tokens, HttpSender Http) Apple(string name, ApnsProviderOptions own)
        {
            var key = (own.KeyFile, own.KeyId, own.TeamId);
            if (_apple.TryGetValue(key, out var shared))
                return shared;
            var file = Keep($"{Apns}.providers.{name}.keyFile", own.KeyFile, ApnsKey.Read);
            var http = Http.WithOwnConnections();
            Owned.Add(http);
            return _apple[key] = (new ProviderTokens(file, own.KeyId, own.TeamId, Time), http);
        }

        public KeptFile<T> Keep<T>(string setting, string file, Func<byte[], T> parse)
            where T : class => new(setting, file, parse, Time, Log);
    }
}
