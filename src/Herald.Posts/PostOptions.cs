using System.Diagnostics.CodeAnalysis;
using Herald.Engine.Basics;
using Herald.Messages.Providers;

namespace Herald.Posts;

/// <summary>The options of posts. Without a provider there is no channel for posts.</summary>
public sealed record PostOptions
{
    [SettingMap<PostProviderOptions, ProviderName>("The services that take posts over HTTP, by name. Endpoints use these names.")]
    public IReadOnlyDictionary<string, PostProviderOptions> Providers
    {
        [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(PostProviderOptions))]
        get;
        init;
    } = new Dictionary<string, PostProviderOptions>();
}
