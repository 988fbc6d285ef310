using System.Globalization;
using Herald.Lab.Benches.Load;

namespace Herald.Lab.Benches.Notifications;

/// <summary>The Lua script with which wrk posts notifications, one a request, each with a uuid of its own.</summary>
internal static class PostScript
{
    private const string UuidPlace = "00000000-0000-4000-8000-000000000000";

    /// <param name="part">A part of the uuids: no two scripts of a bench may have the same.</param>
    /// <param name="destination">As posts name it.</param>
    /// <param name="to">The recipient; null for none.</param>
    public static string Write(int part, string destination, string? to, Uri server, int run)
    {
        var pieces = Request(destination, to, server).Split(UuidPlace);
        return string.Create(CultureInfo.InvariantCulture, $$"""
            local number = 0

            -- Once for each thread, before it runs.
            function setup(thread)
              threads = (threads or 0) + 1
              thread:set("sender", threads)
            end

            function init(args)
              opening = string.format("%08x-%04x-4%03x-8000-", {{run}}, {{part}}, sender)
            end

            function request()
              number = number + 1
              local uuid = opening .. string.format("%012x", number)
              return {{Wrk.Quote(pieces[0])}} .. uuid .. {{Wrk.Quote(pieces[1])}} .. uuid .. {{Wrk.Quote(pieces[2])}}
            end

            {{Wrk.Done}}
            """);
    }

    /// <summary>One request, with the same uuid in its text, by which a provider of the laboratory counts it.</summary>
    public static string Request(string destination, string? to, Uri server)
    {
        var recipient = to is null ? "" : $",\"to\":\"{to}\"";
        var body = $"{{\"uuid\":\"{UuidPlace}\",\"destination\":\"{destination}\"{recipient},\"txt\":\"Your order has shipped: {UuidPlace}\"}}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"POST /notification HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }
}
