using System.CommandLine;
using System.Text.Json;
using Herald.Hosting.Commands;
using Herald.Push.WebPush;

namespace Herald.Push.Hosting.Commands;

/// <summary><c>herald push</c>.</summary>
internal static class PushCommand
{
    private const string Example = "herald push keys > vapid.json";

    public static Command Create()
    {
        var keys = new ExampleCommand(
            "keys",
            "Draws a key pair for Web Push (VAPID) and prints it as JSON, for the file that webpush.providers.NAME.keyFile names. Pages "
            + "subscribe with the public key. A browser that has subscribed takes messages only of the owner of this pair, so keep it, "
            + "where only Herald can read it.",
            Example);
        keys.SetAction(parsed => (int)Print(Terminal.Of(parsed)));
        return new ExampleCommand("push", "Work with push messages.", Example) { keys };
    }

    private static ExitCode Print(Terminal terminal)
    {
        using var keys = VapidKeys.Draw();
        terminal.Out.WriteLine($$"""
            {
              "publicKey": "{{JsonEncodedText.Encode(keys.PublicText)}}",
              "privateKey": "{{JsonEncodedText.Encode(keys.PrivateText)}}"
            }
            """);
        return ExitCode.Ok;
    }
}
