using System.Globalization;

namespace Herald.Lab.Benches.Load;

/// <summary>The Lua script with which wrk sends events of <see cref="PublishShape"/>.</summary>
internal static class WrkScript
{
    /// <param name="run">A part of the event ids.</param>
    public static string Write(PublishShape shape, Uri server, int run)
    {
        const string KeyPlace = "KEY", SenderPlace = "99";
        var opening = PublishShape.Opening(run, 99).Split(SenderPlace, 2);
        var tail = PublishShape.Tail(KeyPlace).Split(KeyPlace, 2);
        return string.Create(CultureInfo.InvariantCulture, $$"""
            local batch, keys, number = {{shape.Batch}}, {{PublishShape.Keys}}, 0
            local pieces, inner, last = {}, {}, {}

            -- Once for each thread, before it runs.
            function setup(thread)
              threads = (threads or 0) + 1
              thread:set("sender", threads)
            end

            function init(args)
              local opening = {{Wrk.Quote(opening[0])}} .. string.format("%02d", sender) .. {{Wrk.Quote(opening[1])}}
              for key = 0, keys - 1 do
                last[key] = {{Wrk.Quote(tail[0])}} .. string.format("%0{{PublishShape.KeyFormat.Length}}d", key) .. {{Wrk.Quote(tail[1])}}
                inner[key] = last[key] .. opening
              end
              pieces[1] = {{Wrk.Quote(shape.Head(server))}} .. opening
            end

            function request()
              for event = 1, batch do
                number = number + 1
                pieces[2 * event] = string.format("%0{{PublishShape.NumberFormat.Length}}d", number)
                pieces[2 * event + 1] = (event < batch and inner or last)[number % keys]
              end
              return table.concat(pieces)
            end

            {{Wrk.Done}}
            """);
    }
}
