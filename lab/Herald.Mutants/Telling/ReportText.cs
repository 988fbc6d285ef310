using System.Globalization;

namespace Herald.Mutants.Telling;

/// <summary>A report for whoever watches.</summary>
internal static class ReportText
{
    public static void Write(Report report, TextWriter output)
    {
        foreach (var project in report.Projects)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{project.Project}: {project.Noticed} of {project.Tried} noticed; {project.Tried} of {project.Drawn} drawn tried, of {project.Found} found."));
            foreach (var suite in project.Suites)
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{suite.Noticed,6}  {suite.Suite} ({suite.Hung} hang, {suite.Ended} end)"));
            foreach (var survivor in project.Survivors)
                output.WriteLine($"  survived  {survivor.File}:{survivor.Line} {survivor.Member}: {survivor.Before} → {survivor.After}{(survivor.Suites == 0 ? " (reached by none)" : "")}");
        }
        foreach (var part in report.Unfit)
            output.WriteLine($"  fails without a mutant, and judged none: {part}");
    }
}
