namespace Herald.Mutants.Reports;

/// <summary>Writes a report as lines of text for people.</summary>
internal static class ReportText
{
    public static void Write(Report report, TextWriter output)
    {
        foreach (var project in report.Projects)
        {
            Say($"{project.Project}: {project.Noticed} of {project.Tried} noticed; {project.Tried} of {project.Drawn} selected were tried; {project.Found} were found.");
            foreach (var suite in project.Suites)
                Say($"{suite.Noticed,6}  {suite.Suite} ({suite.Hung} hang, {suite.Ended} end)");
            foreach (var survivor in project.Survivors)
                Say($"  survived  {survivor.File}:{survivor.Line} {survivor.Member}: {survivor.Before} → {survivor.After} ({survivor.Suites} suites reach it)");
        }
        foreach (var part in report.Unfit)
            Say($"  fails without a mutant, so it was not used: {part}");

        void Say(FormattableString line) => output.WriteLine(FormattableString.Invariant(line));
    }
}
