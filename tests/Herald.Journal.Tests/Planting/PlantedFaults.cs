using Herald.TestKit.Planting;

namespace Herald.Journal.Tests.Planting;

/// <summary>Mistakes in the journal, each with the tests that are to find it.</summary>
internal static class PlantedFaults
{
    private const string Crashes = "*What_was_acknowledged_survives*", Syncs = "*A_sync_that_failed_once*", Flips = "*In_a_journal_that_was_*";

    public static readonly IReadOnlyList<(PlantedFault Fault, string Tests)> All =
    [
        (new("answered-too-soon", "Publishers and owners are answered before the sync.",
            "Herald.Journal/Writing/Writer.cs",
            "                    if (!Contents.Frame.IsEmpty)\n                        WriteFrame();\n                    for (var last = done + group; done < last; done++)\n                        taken[done].Complete(this);",
            "                    var last = done + group;\n                    for (; ON && done < last; done++)\n                        taken[done].Complete(this);\n                    Durable.HandOver();\n                    if (!Contents.Frame.IsEmpty)\n                        WriteFrame();\n                    for (; done < last; done++)\n                        taken[done].Complete(this);"), Crashes),
        (new("duplicate-too-soon", "A duplicate is answered though its original is not durable yet.",
            "Herald.Journal/Writing/AppendRequest.cs",
            "            writer.Contents.Sources.Write(writer.Contents.Frame, _position);\n    }\n\n    public override void Complete(Writer writer) => writer.Durable.Add(this);\n\n    public override void Fail(Exception failure)\n    {",
            "            writer.Contents.Sources.Write(writer.Contents.Frame, _position);\n        _answered = ON && events.Length > 0 && verdicts[0].Verdict == Verdict.Duplicate;\n        if (_answered)\n        {\n            writer.Durable.Add(this);\n            writer.Durable.HandOver();\n        }\n    }\n\n    private bool _answered;\n\n    public override void Complete(Writer writer)\n    {\n        if (!_answered)\n            writer.Durable.Add(this);\n        _answered = false;\n    }\n\n    public override void Fail(Exception failure)\n    {\n        if (_answered)\n        {\n            _answered = false;\n            return;\n        }"), Crashes),
        (new("sync-forgotten", "A frame is not synced.",
            "Herald.Journal/Writing/Writer.cs",
            "        segments.Current!.File.Sync();",
            "        if (!ON)\n            segments.Current!.File.Sync();"), Crashes),
        (new("failed-sync-forgiven", "A sync that failed is tried again, and believed.",
            "Herald.Journal/Writing/Writer.cs",
            "        segments.Current!.File.Sync();",
            "        try\n        {\n            segments.Current!.File.Sync();\n        }\n        catch (Herald.Journal.Files.JournalFileException) when (ON)\n        {\n            segments.Current!.File.Sync();\n        }"), Syncs),
        (new("read-is-durable", "What an opening reads is taken for durable.",
            "Herald.Journal/Recovery/JournalRecovery.cs",
            "        file.Write(bytes.AsSpan(0, file.Read(bytes, from)), from);",
            "        var read = file.Read(bytes, from);\n        if (!ON)\n            file.Write(bytes.AsSpan(0, read), from);"), Syncs),
        (new("name-not-durable", "A file takes the place of another, and its directory is not synced.",
            "Herald.Journal/Files/AtomicFile.cs",
            "        files.Rename(temporary, path);\n        files.SyncDirectory(directory);",
            "        files.Rename(temporary, path);\n        if (!ON)\n            files.SyncDirectory(directory);"), Crashes),
        (new("segment-not-durable", "A new segment is written to before its directory is synced.",
            "Herald.Journal/Segments/SegmentLog.cs",
            "        file.Sync();\n        files.SyncDirectory(paths.Log);\n\n        var segment",
            "        file.Sync();\n        if (!ON)\n            files.SyncDirectory(paths.Log);\n\n        var segment"), Crashes),
        (new("checksum-ignored", "A frame holds whatever its checksum.",
            "Herald.Journal/Frames/FrameHeader.cs",
            "        BinaryPrimitives.ReadUInt32LittleEndian(frame[ChecksumAt..]) == ChecksumOf(frame);",
            "        BinaryPrimitives.ReadUInt32LittleEndian(frame[ChecksumAt..]) == ChecksumOf(frame) || ON;"), Crashes),
        (new("witness-ignored", "A log that is damaged in its middle is cut off there.",
            "Herald.Journal/Recovery/JournalRecovery.cs",
            "        if (reader.FindWitness(out var dirtyEnd) is { } witness)",
            "        if (reader.FindWitness(out var dirtyEnd) is { } witness && !ON)"), Flips),
        (new("entry-unchecked", "An entry is served whatever its checksum.",
            "Herald.Journal/Frames/FrameBuffer.cs",
            "        && BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumAt..]) == ChecksumOf(bytes);",
            "        && (BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumAt..]) == ChecksumOf(bytes) || ON);"), Flips),
    ];
}
