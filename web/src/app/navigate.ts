let navigator: (address: string) => void = (address) => {
  location.assign(address);
};

/** Says who follows addresses from now on. */
export function setNavigator(follow: (address: string) => void): void {
  navigator = follow;
}

/** Goes to an address of this site. */
export function navigate(address: string): void {
  navigator(address);
}
