using Herald.Engine.Channels;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Messages;
using Herald.Messages.Providers;
using Herald.Posts.Definitions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Herald.Posts.Hosting;

/// <summary>Posts as a module: a channel over all providers. Without providers it adds only the rule for recipients.</summary>
public sealed class PostsModule : IModule
{
    public string Name => "posts";

    public IReadOnlyList<SettingSection> Sections =>
    [
        new SettingSection<PostOptions>("posts", "Posts to chat services and others", () => new())
        {
            Rules = options => ProviderRules.Broken("posts", options.Providers)
                .Concat(options.Providers.SelectMany(provider => PostProvider.Check(provider.Key, provider.Value, Presets.Posts))),
        },
    ];

    public void AddServices(IServiceCollection services, BoundOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var providers = options.Get<PostOptions>().Providers;
        if (providers.Count == 0)
        {
            services.AddSingleton<IRecipientCheck>(new PostRecipientCheck([]));
            return;
        }
        services.TryAddSingleton<ProviderSenders>();
        services.AddSingleton(container => new PostChannel(
            [.. providers.Select(provider => PostProvider.Create(
                provider.Key, provider.Value, Presets.Posts, container.GetRequiredService<ProviderSenders>().For(provider.Value),
                log: LogOf(container)))],
            container.GetRequiredService<TimeProvider>(), LogOf(container)));
        services.AddSingleton<IChannel>(container => container.GetRequiredService<PostChannel>());
        services.AddSingleton<IRecipientCheck>(
            container => new PostRecipientCheck(container.GetRequiredService<PostChannel>().Providers));
    }

    /// <summary>A container of a test can be without a log.</summary>
    private static ILogger? LogOf(IServiceProvider container) => container.GetService<ILoggerFactory>()?.CreateLogger("Herald.Posts");
}
