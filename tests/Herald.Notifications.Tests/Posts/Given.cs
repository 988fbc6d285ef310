using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using Herald.Email.Hosting;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Messages;
using Herald.Notifications.Posts;
using Herald.Notifications.Templates;
using Herald.Push.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Herald.Notifications.Tests.Posts;

/// <summary>A server that sends EMAIL, SLACK and PUSH, with the rules for recipients of the real channels.</summary>
internal static class Given
{
    public const string Uuid = "6fa459ea-ee8a-3ca4-894e-db77e160355e";
    public const string Base = $$"""
        "uuid":"{{Uuid}}","txt":"Hello","destination":"EMAIL","to":"anna@example.com"
        """;

    public static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly PostRules Rules = RulesOf(
        ("invoice", new() { Subject = "Invoice {{number}}", Text = "Dear {{name}}, invoice {{number}}", Html = "<p>Dear {{name}}</p>" }),
        ("page", new() { Html = "<p>{{name}}</p>" }));

    public static long NowMs => Now.ToUnixTimeMilliseconds();

    public static PostReader Reader { get; } = new(Rules);

    public static PostRules RulesOf(params (string Name, TemplateOptions Options)[] templates)
    {
        var checks = ChecksOf(new EmailModule(), new PushModule()).ToDictionary(check => check.Kind);
        return new()
        {
            Destinations = new Dictionary<Destination, DestinationRule>
            {
                [Destination.Email] = new(NeedsTo: true, checks[Destination.Email]),
                [Destination.Slack] = new(NeedsTo: false, null),
                [Destination.Push] = new(NeedsTo: true, checks[Destination.Push]),
            }.ToFrozenDictionary(),
            Templates = templates.ToFrozenDictionary(one => one.Name, one => PostTemplate.Parse(one.Options).Template!),
        };
    }

    public static PostReading Read(string json) => Reader.Read(Encoding.UTF8.GetBytes(json), NowMs);

    public static Post Post(string json)
    {
        var reading = Read(json);
        Assert.True(reading.IsPost, reading.Describe());
        return reading.Post;
    }

    public static byte[] Canonical(Post post)
    {
        var buffer = new ArrayBufferWriter<byte>();
        PostWriter.Write(post, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private static List<IRecipientCheck> ChecksOf(params IModule[] modules)
    {
        var services = new ServiceCollection();
        foreach (var module in modules)
            module.AddServices(services, new SettingSet(module.Sections).Load(new()).Options);
        using var provider = services.BuildServiceProvider();
        return [.. provider.GetServices<IRecipientCheck>()];
    }
}
