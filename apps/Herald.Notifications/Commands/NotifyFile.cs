using System.Text.Json.Nodes;
using Herald.Client;
using Herald.Engine.Basics;
using Herald.Hosting.Commands;
using Herald.Messages.Templates;
using Herald.Notifications.Templates;
using Spectre.Console;

namespace Herald.Notifications.Commands;

/// <summary>Posts one notification for each line of a file of recipients.</summary>
/// <param name="common">What all have in common. Its texts can have places for columns.</param>
/// <param name="patience">How long a request is sent again while Herald cannot accept it.</param>
internal sealed class NotifyFile(ClientCall call, NewNotification common, string campaign, TimeProvider time, TimeSpan patience)
{
    private const int MostAtOnce = 500;

    private readonly NotifyTally _tally = new();
    private readonly NotificationPoster _poster = new(() => call.Client, patience, time);
    private readonly LineUuid _uuids = new(campaign);
    private readonly List<NewNotification> _batch = [];
    private readonly List<long> _lines = [];
    private TemplateText? _text, _subject;

    public async Task<ExitCode> RunAsync(string path)
    {
        if (!File.Exists(path))
            return call.Terminal.Fail(ExitCode.BadUsage, $"--file {path}: the file does not exist.");
        using var file = RecipientFile.Open(path);
        if (Parse("<text>", common.Txt, file, out _text) is { } wrongText)
            return wrongText;
        if (Parse("--subject", common.Subject, file, out _subject) is { } wrongSubject)
            return wrongSubject;
        var began = time.GetTimestamp();
        var (code, isComplete) = await WithProgressAsync(file.Bytes, progress => PostAsync(file, progress));
        Summarise(time.GetElapsedTime(began), isComplete);
        return code;
    }

    /// <returns>The exit code, and whether every line has a result.</returns>
    private async Task<(ExitCode Code, bool IsComplete)> PostAsync(RecipientFile file, Action<long>? progress)
    {
        try
        {
            foreach (var line in file.Lines())
            {
                call.Cancel.ThrowIfCancellationRequested();
                if (line.Problem is { } problem)
                {
                    _tally.Refuse(line.Number, problem);
                    continue;
                }
                _batch.Add(Of(line));
                _lines.Add(line.Number);
                if (_batch.Count < MostAtOnce)
                    continue;
                if (await SendAsync() is { } failure)
                    return (failure, false);
                progress?.Invoke(line.ReadBytes);
            }
            if (_batch.Count > 0 && await SendAsync() is { } last)
                return (last, false);
            return (_tally.Refused == 0 ? ExitCode.Ok : ExitCode.Failed, true);
        }
        catch (OperationCanceledException) when (call.Cancel.IsCancellationRequested)
        {
            return (ExitCode.Interrupted, false);
        }
    }

    private NewNotification Of(RecipientLine line)
    {
        var values = TextMap.Of(line.Values);
        var notification = common with { To = line.Values[RecipientFile.To], Txt = _text?.Fill(values), Subject = _subject?.Fill(values) };
        if (common.Template is not null)
            notification = notification with { Params = line.Values.Where(one => one.Key != RecipientFile.To).ToDictionary() };
        return notification with { Uuid = _uuids.Of(notification) };
    }

    private async Task<ExitCode?> SendAsync()
    {
        var reply = await _poster.SendAsync(_batch, call.Cancel);
        if (!_tally.Count(PostAnswer.Find(reply), _lines))
            return await call.RefuseAsync(reply)
                ?? call.Terminal.Fail(ExitCode.Failed, $"Herald answered {reply.Status} without a result for each notification.");
        _batch.Clear();
        _lines.Clear();
        return null;
    }

    private ExitCode? Parse(string what, string? source, RecipientFile file, out TemplateText? text)
    {
        text = null;
        if (source is null)
            return null;
        (text, var problem) = TemplateText.Parse(source, TemplateEncoding.Plain);
        if (problem is not null)
            return call.Terminal.Fail(ExitCode.BadUsage, $"{what}: {problem.Value}: {problem.Rule}");
        var missing = text!.Names.FirstOrDefault(name => !file.Columns.Contains(name));
        return missing is null
            ? null
            : call.Terminal.Fail(
                ExitCode.BadUsage, $"{what}: the file has no column '{missing}'. Its columns are: {string.Join(", ", file.Columns)}.");
    }

    private Task<T> WithProgressAsync<T>(long bytes, Func<Action<long>?, Task<T>> run)
    {
        if (call.Terminal.Json || Console.IsErrorRedirected)
            return run(null);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context =>
            {
                var bar = context.AddTask("posting", maxValue: Math.Max(1, bytes));
                return run(read =>
                {
                    bar.Value = read;
                    bar.Description = $"posted {_tally.Posted:N0}, known {_tally.Known:N0}, refused {_tally.Refused:N0}";
                });
            });
    }

    private void Summarise(TimeSpan took, bool isComplete)
    {
        var terminal = call.Terminal;
        if (terminal.Json)
        {
            terminal.Out.WriteLine(new JsonObject
            {
                ["posted"] = _tally.Posted,
                ["known"] = _tally.Known,
                ["refused"] = _tally.Refused,
                ["complete"] = isComplete,
                ["problems"] = new JsonArray([.. _tally.Problems.Select(one => new JsonObject { ["line"] = one.Line, ["detail"] = one.Detail })]),
            }.ToJsonString());
            return;
        }
        terminal.Out.WriteLine($"posted {_tally.Posted}, known {_tally.Known}, refused {_tally.Refused} in {took.TotalSeconds:0.0} s");
        foreach (var (line, detail) in _tally.Problems)
            terminal.Error.WriteLine(ForeignText.OneLine($"line {line}: {detail}"));
        if (_tally.Refused > _tally.Problems.Count)
            terminal.Error.WriteLine($"… and {_tally.Refused - _tally.Problems.Count} more.");
        if (_tally.Known > 0)
            terminal.Error.WriteLine("The known ones were posted before, and are not sent twice. To send the same again, name another --campaign.");
        if (!isComplete)
            terminal.Error.WriteLine("Stopped before the end. Run the same command again: it continues, and sends nothing twice.");
    }
}
