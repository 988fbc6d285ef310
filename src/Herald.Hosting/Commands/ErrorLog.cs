using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Herald.Hosting.Commands;

/// <summary>A log with one line per entry, on the error output, because the standard output is for results.</summary>
public static class ErrorLog
{
    public static ILoggerFactory Create(LogLevel level, bool json) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(level);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (json)
            logging.AddJsonConsole(line => (line.UseUtcTimestamp, line.TimestampFormat) = (true, "O"));
        else
            logging.AddSimpleConsole(
                line => (line.SingleLine, line.UseUtcTimestamp, line.TimestampFormat) = (true, true, "yyyy-MM-ddTHH:mm:ss.fffZ "));
    });
}
