using Herald.Engine.Basics;
using Herald.Hosting.Text;
using Herald.Server.Http;

namespace Herald.Server.Settings;

/// <summary>The rules between the settings of the server itself.</summary>
internal static class SettingRules
{
    private const string TokenIsMissing = "Set tokenFile (--token-file, HERALD__TOKENFILE) to a file with a token.";

    public static IEnumerable<SettingProblem> OfServer(ServerOptions options)
    {
        var foreign = options.Listen.FirstOrDefault(text => ListenAddress.TryParse(text, out var address) && !address.IsLoopback);
        if (foreign is not null && options.TokenFile is null)
        {
            yield return new("listen", $"An address that is not loopback needs a token. {TokenIsMissing}")
            {
                Value = foreign,
                Others = ["tokenFile"],
            };
        }
        else if (options.RequireToken && options.TokenFile is null)
        {
            yield return new("requireToken", $"The server needs the token that callers send. {TokenIsMissing}")
            {
                Others = ["listen", "tokenFile"],
            };
        }
        if (options.MaxBodyBytesInFlight < options.MaxBodyBytes)
        {
            var least = ByteSizeText.Format(options.MaxBodyBytes);
            yield return new("maxBodyBytesInFlight", $"Must not be less than maxBodyBytes, which is {least}.") { Others = ["maxBodyBytes"] };
        }
    }
}
