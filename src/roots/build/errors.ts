/** An image that cannot be built; the message says what is missing and where it comes from. */
export class BuildRefused extends Error {
  override readonly name = 'BuildRefused';
}

/** Versions of a package list that the archive has no more. */
export class PackagesGone extends BuildRefused {
  readonly packages: readonly string[];
  readonly archive: string;

  constructor(packages: readonly string[], archive: string) {
    super(
      `${packages.length === 1 ? 'a package' : `${packages.length} packages`} of the list ${packages.length === 1 ? 'is' : 'are'} no longer in ${archive}: ${packages.join(', ')}; Debian keeps old versions at snapshot.debian.org, which --mirror can name`,
    );
    this.packages = packages;
    this.archive = archive;
  }
}
