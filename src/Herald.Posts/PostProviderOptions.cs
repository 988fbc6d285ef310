using System.Diagnostics.CodeAnalysis;
using Herald.Engine.Basics;
using Herald.Messages.Providers;

namespace Herald.Posts;

/// <summary>The options of one provider that is reached over HTTP.</summary>
public record PostProviderOptions : ProviderOptions
{
    [Setting(
        "What the provider is: the name of a preset, such as slack, or a file with a definition.",
        Rule = "The name of a preset, or the path of a JSON file.", Most = "1024", IsRequired = true)]
    public string Kind { get; init; } = "";

    [SettingMap<PostValueOptions, ProviderName>("What the preset or the definition asks for, such as a token, by name.")]
    public IReadOnlyDictionary<string, PostValueOptions> Values
    {
        [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(PostValueOptions))]
        get;
        init;
    } = new Dictionary<string, PostValueOptions>();

    [Setting("The recipient of messages when neither the message nor the endpoint names one.", None = "none", Most = "512")]
    public string? To { get; init; }

    [Setting("The provider is on a private network or on this machine. Other addresses inside of networks are refused.")]
    public bool PrivateNetwork { get; init; }

    [Setting("How many messages this node sends at the same time.", Least = "1", Most = "1000")]
    public override int Connections { get; init; } = 16;
}

/// <summary>A value for a provider. Exactly one of the three is given.</summary>
public sealed record PostValueOptions
{
    [Setting("The value, when it is no secret.", None = "none", Most = "4096")]
    public string? Text { get; init; }

    [Setting("The value, when it is a secret. It is never shown.", IsSecret = true, None = "none", Most = "4096")]
    public string? Secret { get; init; }

    [Setting(
        "A file with the value, for secrets. It is read again while it is used, so that it can be replaced.",
        Rule = "A file, or none.", None = "none")]
    public string? File { get; init; }
}
